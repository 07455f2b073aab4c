/** What a plot is drawn with: pure functions from figures to ticks, places and paths. */

/** From a value to its place in pixels. */
export type Scale = (value: number) => number

interface ScaleEnds {
  readonly from: number
  readonly to: number
  /** Where `from` and `to` are, in pixels. */
  readonly start: number
  readonly end: number
}

/** A linear scale. Where there is nothing between its ends, everything is at the start. */
export function scaleOf ({ from, to, start, end }: ScaleEnds): Scale {
  const range = to - from
  return value => range > 0 ? start + (value - from) / range * (end - start) : start
}

/** From a least distance between ticks to the next that people like to read. */
export type NiceStep = (least: number) => number

/** 1, 2, 5, 10, 20, 50 and so on: for counts, which have no halves. */
export const countStep: NiceStep = least => {
  if (least <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(least) + 1e-9)
  const nice = [1, 2, 5, 10].find(factor => factor * power >= least * (1 - 1e-9)) ?? 10
  return nice * power
}

const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]

/** Seconds, minutes, hours and days in the portions that clocks have. */
export const secondStep: NiceStep = least =>
  clockSteps.find(step => step >= least) ?? 86_400 * countStep(least / 86_400)

/** The same for milliseconds. */
export const millisecondStep: NiceStep = least => least <= 500 ? countStep(least) : 1000 * secondStep(least / 1000)

interface TickOptions {
  readonly step: NiceStep
  /** At most so many beside that of zero, and at least one. */
  readonly most: number
}

/** Ticks from zero to the first that is not below `max`. */
export function ticksTo (max: number, { step, most }: TickOptions): number[] {
  const top = Number.isFinite(max) && max > 0 ? max : 1
  const distance = step(top / most)
  const many = Math.max(1, Math.ceil(top / distance - 1e-9))
  return Array.from({ length: many + 1 }, (_, index) => index * distance)
}

interface TimeTickOptions {
  readonly from: number
  readonly to: number
  readonly most: number
  /** How far the viewer's zone is ahead of UTC, in milliseconds: ticks are whole there. */
  readonly offsetMs: number
}

const minuteMs = 60_000
const minuteSteps = [1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 360, 720, 1440]

/** Moments (milliseconds since the epoch) at whole minutes, and at round ones where these would be too many. */
export function timeTicks ({ from, to, most, offsetMs }: TimeTickOptions): number[] {
  const range = to - from
  if (!(range > 0) || most < 1) return []
  const least = range / most / minuteMs
  const step = minuteMs * (minuteSteps.find(minutes => minutes >= least) ?? Math.ceil(least))
  const first = Math.ceil((from + offsetMs) / step) * step - offsetMs
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, index) => first + index * step)
}

const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E']

/** A count in at most 6 characters: `950`, `9,500`, `12k`, `1.5M`, `9.2E`. */
export function shortCount (count: number): string {
  if (Math.abs(count) < 10_000) return count.toLocaleString('en-US', { maximumFractionDigits: 2 })
  const power = Math.min(Math.floor(Math.log10(Math.abs(count)) / 3 + 1e-9), prefixes.length - 1)
  const part = Number((count / 1000 ** power).toPrecision(3))
  return Math.abs(part) >= 1000 && power < prefixes.length - 1 ? `1${prefixes[power + 1]}` : `${part}${prefixes[power]}`
}

interface LineOptions {
  /** Where each sample is, ascending. */
  readonly times: readonly number[]
  /** NaN: not known, which is a gap and no zero. */
  readonly values: readonly number[]
  readonly x: Scale
  readonly y: Scale
  /** Samples that are further from each other than this have a gap between them. */
  readonly gapMs?: number
}

interface Point { readonly x: number, readonly y: number }

/** The stretches without a gap, as points in pixels. */
function stretches ({ times, values, x, y, gapMs = Infinity }: LineOptions): Point[][] {
  const found: Point[][] = []
  let open: Point[] | null = null
  let last = -Infinity
  for (const [index, time] of times.entries()) {
    const value = values[index] ?? NaN
    if (open === null || Number.isNaN(value) || time - last > gapMs) open = null
    if (Number.isNaN(value)) continue
    if (open === null) found.push(open = [])
    open.push({ x: x(time), y: y(value) })
    last = time
  }
  return found
}

/** The SVG path of a line. A sample that stands alone is a line of no length: with round ends it is a dot. */
export function linePath (options: LineOptions): string {
  return stretches(options).map(points => points.length === 1
    ? `M${pair(points[0]!)}h0`
    : `M${points.map(pair).join('L')}`).join('')
}

/** The SVG path of what is between a line and the place of zero. */
export function areaPath (options: LineOptions): string {
  const floor = place(options.y(0))
  return stretches(options).filter(points => points.length > 1)
    .map(points => `M${place(points[0]!.x)},${floor}L${points.map(pair).join('L')}V${floor}Z`).join('')
}

interface StepOptions {
  /** Where each begins. */
  readonly times: readonly number[]
  readonly values: readonly number[]
  readonly widthMs: number
  readonly x: Scale
  readonly y: Scale
}

/** The SVG path of a line that keeps each figure for its whole time. */
export function stepPath ({ times, values, widthMs, x, y }: StepOptions): string {
  return times.map((time, index) => {
    const top = place(y(values[index] ?? 0))
    return `${index === 0 ? `M${place(x(time))},${top}` : `V${top}`}H${place(x(time + widthMs))}`
  }).join('')
}

interface BarOptions extends StepOptions {
  /** What each stands on: the sum of those below. */
  readonly bases: readonly number[]
}

/** What is there is seen, however small beside the others: in pixels. */
const leastBar = 2
/** Between neighbours, in pixels. */
const barGap = 1

/** The SVG path of all bars of a series. */
export function barPath ({ times, values, bases, widthMs, x, y }: BarOptions): string {
  return times.map((time, index) => {
    const value = values[index] ?? 0
    if (!(value > 0)) return ''
    const base = y(bases[index] ?? 0)
    const top = Math.min(y((bases[index] ?? 0) + value), base - leastBar)
    const [left, right] = [x(time) + barGap / 2, x(time + widthMs) - barGap / 2]
    return `M${place(left)},${place(base)}V${place(top)}H${place(Math.max(right, left + 1))}V${place(base)}Z`
  }).join('')
}

/** The index of the ascending time that is nearest to a moment; -1 where there is none. */
export function nearestIndex (times: readonly number[], moment: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! < moment) low = middle + 1
    else high = middle
  }
  if (low === 0) return times.length - 1 < 0 ? -1 : 0
  if (low === times.length) return low - 1
  return times[low]! - moment < moment - times[low - 1]! ? low : low - 1
}

function pair (point: Point): string {
  return `${place(point.x)},${place(point.y)}`
}

/** In tenths of a pixel: more is not seen. */
function place (pixels: number): number {
  return Math.round(pixels * 10) / 10
}
