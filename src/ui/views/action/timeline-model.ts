import type { ActionDetail } from '../../../client/model.js'
import { elapsed } from '../../../elapsed.js'
import { inWords } from '../../../progress/progress.js'
import { stepsOf, type Step } from '../../../progress/steps.js'
import { placesOf, roundMoments, thinned, type Place } from './layout.js'
import { isOver } from './news.js'
import { rememberedProgress } from './remembered-progress.js'

/** A part of an action's time: the waiting, a step, or several short steps that are drawn as one. */
export interface Segment extends Place {
  readonly kind: 'waiting' | 'step' | 'steps'
  readonly name: string
  /** What it last reported, in words. */
  readonly words: string
  readonly reports: number
  /** Milliseconds from the beginning. */
  readonly fromMs: number
  readonly tookMs: number
}

/** The time of an action as a bar; positions are parts of its width. */
export interface Timeline {
  readonly totalMs: number
  readonly segments: readonly Segment[]
  /** Where something was reported. */
  readonly marks: readonly number[]
  readonly ticks: ReadonlyArray<{ readonly at: number, readonly label: string }>
  /** Where the agent began anew under the action; null: it did not, as far as is known. */
  readonly restart: number | null
}

interface TimelineOptions {
  /** The present, in milliseconds since the epoch. */
  readonly now: number
  /** When the agent began, in milliseconds since the epoch; null: that is not known. */
  readonly agentBegan: number | null
}

/** Of more steps than fit, so many are drawn by themselves: the longest. */
const mostLong = 9

/** No segment is narrower than this part of the bar: more than twenty never come together. */
const leastWidth = 0.03

const mostTicks = 5

/** Labels of ticks do not touch each other, also on a narrow screen. */
const tickGap = 0.17

/** The label of the end stands before it, and is longer. */
const endGap = 0.25

/** More marks than two hundred would be a line. */
const markGap = 1 / 200

/** The time of an action from its scheduling to its end, or to the present. */
export function timelineOf (action: ActionDetail, { now, agentBegan }: TimelineOptions): Timeline {
  const { history, finished_ts: finished } = action
  const times = history.map(({ timestamp }) => Date.parse(timestamp))
  const [first = now, last = now] = [times[0], times.at(-1)]
  const end = finished === null ? Math.max(now, last) : Date.parse(finished)
  const parts = fewer(partsOf(stepsOf(action, rememberedProgress), { first, end }))
  const places = placesOf(parts.map(({ tookMs }) => tookMs), leastWidth)
  const segments = parts.flatMap((part, at): Segment[] => places[at] === undefined ? [] : [{ ...part, ...places[at] }])
  const totalMs = end - first
  const position = (ms: number): number => positionOf(segments, ms)
  const reported = times.filter((_, at) => history[at]?.state === 'RUNNING' && history[at].state_payload !== null)
  return {
    totalMs,
    segments,
    marks: thinned(reported.map(at => position(at - first)), markGap),
    ticks: ticksOf(totalMs, position),
    restart: agentBegan !== null && agentBegan > first && agentBegan < end ? position(agentBegan - first) : null
  }
}

type Part = Omit<Segment, keyof Place>

interface Span {
  readonly first: number
  readonly end: number
}

function partsOf (steps: readonly Step[], { first, end }: Span): Part[] {
  return steps.filter(({ state }) => !isOver(state)).map(({ state, began, tookMs, progress, reports }) => {
    const from = Date.parse(began)
    const isWaiting = state === 'NEW'
    return {
      kind: isWaiting ? 'waiting' : 'step',
      name: isWaiting ? 'waiting' : progress.step ?? 'running',
      words: isWaiting ? '' : inWords(progress),
      reports,
      fromMs: from - first,
      tookMs: tookMs ?? end - from
    }
  })
}

/** The waiting and the longest steps by themselves, and what is between them together. */
function fewer (parts: readonly Part[]): Part[] {
  if (parts.length <= 2 * mostLong + 2) return [...parts]
  const longest = new Set([...parts].sort((one, other) => other.tookMs - one.tookMs).slice(0, mostLong))
  const some: Part[] = []
  for (const part of parts) {
    const last = some.at(-1)
    const standsAlone = [part, last].some(each => each === undefined || each.kind === 'waiting' || longest.has(each))
    if (last === undefined || standsAlone) some.push(part)
    else some.splice(-1, 1, together(last, part))
  }
  return some
}

function together (one: Part, other: Part): Part {
  const steps = one.kind === 'steps' ? Number.parseInt(one.name) + 1 : 2
  const reports = one.reports + other.reports
  return { kind: 'steps', name: `${steps} short steps`, words: '', reports, fromMs: one.fromMs, tookMs: one.tookMs + other.tookMs }
}

/** Where a moment is, by the scale of the segment that it is in. */
function positionOf (segments: readonly Segment[], ms: number): number {
  const segment = segments.findLast(({ fromMs }) => fromMs <= ms)
  if (segment === undefined) return 0
  const { left, width, fromMs, tookMs } = segment
  return left + (tookMs === 0 ? 0 : Math.min(1, (ms - fromMs) / tookMs) * width)
}

function ticksOf (totalMs: number, position: (ms: number) => number): Timeline['ticks'] {
  const ticks: Array<Timeline['ticks'][number]> = []
  for (const ms of roundMoments(totalMs, mostTicks)) {
    const at = position(ms)
    if (at >= (ticks.at(-1)?.at ?? 0) + tickGap && at <= 1 - endGap) ticks.push({ at, label: inRoundWords(ms) })
  }
  return ticks
}

/** Round moments need no zeros: `2m` rather than `2m 00s`. */
function inRoundWords (ms: number): string {
  return elapsed(ms).replace(/\.0s$/, 's').replace(/ 0+[hms]$/, '')
}
