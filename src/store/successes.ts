import type Database from 'better-sqlite3'
import type { Instant } from '../domain/clock.js'

/** How many DONE actions are looked at, newest first: some milliseconds, however many there are. */
export const successesLimit = 10_000

interface Success {
  readonly kind: string
  readonly at: Instant
  readonly transition: number
}

/** Prepares the reading of when each kind last succeeded. An index gives the DONE actions of each protocol in order. */
export function createSuccesses (
  database: Database.Database, protocols: ReadonlySet<string>
): () => Map<string, Instant> {
  // Beside max(), the other columns are those of the row that has it: https://sqlite.org/lang_select.html#bareagg
  const newest = database.prepare<[string, number], Success>(`
    select kind, at, max(last_transition) as "transition" from (
      select kind, finished_at as at, last_transition from action
      where state = 'DONE' and finished_at is not null and protocol = ? order by seq desc limit ?
    ) group by kind`)

  return () => {
    const each = Math.ceil(successesLimit / Math.max(1, protocols.size))
    const found = [...protocols].flatMap(protocol => newest.all(protocol, each))
    return new Map(found.toSorted((a, b) => a.transition - b.transition).map(({ kind, at }) => [kind, at]))
  }
}
