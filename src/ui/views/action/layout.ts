/** A part of a bar, in parts of the whole width. */
export interface Place {
  readonly left: number
  readonly width: number
  /** It is drawn wider than to scale: else nobody could see it. */
  readonly isWidened: boolean
}

/**
 * Places for durations, side by side and to scale over the whole width, but none narrower than `least` (a part of the
 * width; all together less than 1): the others make room. Where nothing takes any time all are as wide.
 */
export function placesOf (durations: readonly number[], least: number): Place[] {
  const totalMs = sum(durations)
  const widened = totalMs > 0 ? tooNarrow(durations, least) : new Set<number>()
  const room = 1 - widened.size * least
  const toScaleMs = sum(durations.filter((_, at) => !widened.has(at)))
  let left = 0
  return durations.map((ms, at) => {
    const isWidened = widened.has(at)
    const toScale = totalMs > 0 ? ms / toScaleMs * room : 1 / durations.length
    const place = { left, width: isWidened ? least : toScale, isWidened }
    left += place.width
    return place
  })
}

/** Which are to be widened: the room that they take makes others too narrow as well. */
function tooNarrow (durations: readonly number[], least: number): Set<number> {
  const found = new Set<number>()
  for (;;) {
    const room = 1 - found.size * least
    const toScaleMs = sum(durations.filter((_, at) => !found.has(at)))
    const more = [...durations.keys()].filter(at => !found.has(at) && (durations[at] ?? 0) * room < least * toScaleMs)
    if (more.length === 0) return found
    for (const at of more) found.add(at)
  }
}

function sum (numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0)
}

/** Positions in their order, without those that are closer than `gap` to the one before. */
export function thinned (positions: readonly number[], gap: number): number[] {
  const kept: number[] = []
  for (const position of positions) {
    const last = kept.at(-1)
    if (last === undefined || position - last >= gap) kept.push(position)
  }
  return kept
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** What people count time in, up to a day. */
const roundSteps: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500,
  ...[1, 2, 5, 10, 15, 30].map(count => count * secondMs),
  ...[1, 2, 5, 10, 15, 30].map(count => count * minuteMs),
  ...[1, 2, 3, 6, 12].map(count => count * hourMs)
]

/** Round moments (milliseconds from the beginning) within a span, without its ends: at most `most`. */
export function roundMoments (totalMs: number, most: number): number[] {
  const fits = (stepMs: number): boolean => totalMs / stepMs <= most
  let stepMs = roundSteps.find(fits) ?? dayMs
  while (!fits(stepMs)) stepMs *= 2
  const count = Math.ceil(totalMs / stepMs) - 1
  return Array.from({ length: Math.max(0, count) }, (_, at) => (at + 1) * stepMs)
}
