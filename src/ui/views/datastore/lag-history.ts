import type { Shard } from '../../../client/model.js'

/** The lag of a shard over the last minutes. */
export interface LagSeries {
  readonly unit: string
  /** When each sample was taken: milliseconds since the epoch, ascending. */
  readonly times: readonly number[]
  /** One for each time; NaN where it is not known. Beyond 2^53 not exact. */
  readonly values: readonly number[]
}

/** What lags there were. */
export interface LagHistory {
  /** Notes a sample; null: the shards could not be asked. What is too old is forgotten. */
  record (at: number, shards: readonly Shard[] | null): void
  /** Null where the shard had no lag in all that time. */
  of (shard: string): LagSeries | null
  clear (): void
}

interface Column {
  readonly unit: string
  readonly values: number[]
  lastKnown: number
}

interface HistoryOptions {
  /** Samples are kept for so many milliseconds. */
  readonly keepMs: number
  /** Of no more shards than these: what one sees at once. */
  readonly mostShards: number
}

/** Makes an empty history, in the memory of the page. */
export function createLagHistory ({ keepMs, mostShards }: HistoryOptions): LagHistory {
  const times: number[] = []
  const columns = new Map<string, Column>()

  function clear (): void {
    times.length = 0
    columns.clear()
  }

  function forget (before: number): void {
    const old = times.findIndex(time => time >= before)
    const count = old < 0 ? times.length : old
    if (count === 0) return
    times.splice(0, count)
    for (const [id, { values, lastKnown }] of columns) {
      if (lastKnown < before) columns.delete(id)
      else values.splice(0, count)
    }
  }

  function note (at: number, { id, lag }: Shard): void {
    if (lag === null) return
    let column = columns.get(id)
    // Of another unit, it is another figure.
    if (column?.unit !== lag.unit) {
      if (column === undefined && columns.size >= mostShards) return
      column = { unit: lag.unit, values: times.map(() => NaN), lastKnown: at }
      columns.set(id, column)
    }
    column.values[times.length - 1] = Number(lag.value)
    column.lastKnown = at
  }

  return {
    record (at, shards) {
      // A clock that was put back would make a line that runs backwards.
      if (at <= (times.at(-1) ?? -Infinity)) clear()
      forget(at - keepMs)
      times.push(at)
      for (const { values } of columns.values()) values.push(NaN)
      for (const shard of shards ?? []) note(at, shard)
    },
    of (shard) {
      const column = columns.get(shard)
      return column === undefined ? null : { unit: column.unit, times, values: column.values }
    },
    clear
  }
}
