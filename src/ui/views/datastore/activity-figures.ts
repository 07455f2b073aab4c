import type { Activity } from '../../../client/model.js'

type Sample = Activity['samples'][number]

/** The last hour, in columns, as plots want it. Times are milliseconds since the epoch. */
export interface Figures {
  readonly stepMs: number
  /** When each minute began. */
  readonly begins: readonly number[]
  /** When each minute was over, to which its depth belongs; of the running one, when it was asked for. */
  readonly ends: readonly number[]
  readonly from: number
  readonly to: number
  /** Minutes that began before are not known whole. */
  readonly wholeSince: number
  readonly waiting: readonly number[]
  readonly running: readonly number[]
  readonly scheduled: readonly number[]
  readonly done: readonly number[]
  readonly failed: readonly number[]
}

/** @param at when the activity was asked for, as the agent's clock has it or nearly so */
export function figuresOf ({ samples, step_seconds: step, complete_since: wholeSince }: Activity, at: number): Figures {
  const stepMs = step * 1000
  const column = (name: Exclude<keyof Sample, 'timestamp'>): number[] => samples.map(sample => sample[name])
  const begins = samples.map(({ timestamp }) => Date.parse(timestamp))
  const last = begins.length - 1
  const endOf = (begin: number, index: number): number =>
    index < last ? begin + stepMs : Math.min(Math.max(at, begin), begin + stepMs)
  const from = begins[0] ?? at - hourMs
  return {
    stepMs,
    begins,
    ends: begins.map(endOf),
    from,
    to: (begins[last] ?? at - stepMs) + stepMs,
    wholeSince: Math.max(from, Date.parse(wholeSince)),
    waiting: column('waiting'),
    running: column('running'),
    scheduled: column('scheduled'),
    done: column('done'),
    failed: column('failed')
  }
}

const hourMs = 3_600_000

/** Whether a minute is known whole. */
export function isWhole ({ begins, wholeSince }: Figures, index: number): boolean {
  return (begins[index] ?? -Infinity) >= wholeSince
}

/** The most that several columns come to together in one minute; 0 where there are none. */
export function greatest (...columns: ReadonlyArray<readonly number[]>): number {
  const sums = (columns[0] ?? []).map((_, index) => columns.reduce((sum, column) => sum + (column[index] ?? 0), 0))
  return Math.max(0, ...sums)
}

/** How the queue was at the end of a minute, or is now. */
export function depthInWords ({ waiting, running }: Figures, index: number): string {
  return `${counted(waiting[index])} waiting, ${counted(running[index])} running`
}

/** What happened in a minute. */
export function throughputInWords ({ scheduled, done, failed }: Figures, index: number): string {
  return `${counted(scheduled[index])} scheduled, ${counted(done[index])} done, ${counted(failed[index])} failed`
}

/** The hour's queue in a sentence. */
export function depthSummary (figures: Figures, timeWords: (at: number) => string): string {
  const { waiting, ends } = figures
  const last = waiting.length - 1
  if (last < 0) return 'Not known yet.'
  const most = greatest(waiting)
  const peak = most === 0 ? 'Nothing waited' : `At most ${counted(most)} waited, at ${timeWords(ends[waiting.indexOf(most)]!)}`
  return `Now ${depthInWords(figures, last)}. ${peak}.${partWords(figures, timeWords)}`
}

/** The hour's work in a sentence. */
export function throughputSummary (figures: Figures, timeWords: (at: number) => string): string {
  const { scheduled, done, failed } = figures
  if (scheduled.length === 0) return 'Not known yet.'
  const sums = [scheduled, done, failed].map(column => counted(column.reduce((sum, count) => sum + count, 0)))
  return `In the last hour ${sums[0]} scheduled, ${sums[1]} done, ${sums[2]} failed. ` +
    `At most ${counted(greatest(done, failed))} ended in a minute.${partWords(figures, timeWords)}`
}

function partWords ({ wholeSince, from, to }: Figures, timeWords: (at: number) => string): string {
  if (wholeSince <= from) return ''
  return wholeSince >= to ? ' Not all of it is known.' : ` Of what was before ${timeWords(wholeSince)} not all is known.`
}

function counted (count = 0): string {
  return count.toLocaleString('en-US')
}
