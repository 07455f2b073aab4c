import type Database from 'better-sqlite3'
import type { ActionSummary, ListedAction } from '../domain/action.js'
import { failureIn } from '../domain/failure.js'
import { payloadValue } from './rows.js'

/** Bytes that are read for one page: to reach a payload, SQLite walks over what stands before it. */
export const failureBytes = 2 * 1024 * 1024

/**
 * Prepares the reading of why actions failed. Given a page, it gives as much of it as can be read without holding up
 * others: one at least.
 * @throws Damage when a payload is not JSON
 */
export function createFailures (database: Database.Database): (page: readonly ActionSummary[]) => ListedAction[] {
  // The lengths stand in the head of the row (https://sqlite.org/lang_corefunc.html#octet_length).
  const size = database.prepare<[number], number>(
    'select octet_length(args) + octet_length(headers) + ifnull(octet_length(state_payload), 0) from action where seq = ?').pluck()
  const payload = database.prepare<[number], string | null>('select state_payload from action where seq = ?').pluck()

  return page => {
    const listed: ListedAction[] = []
    let bytes = 0
    for (const action of page) {
      const isFailed = action.state === 'FAILED'
      if (isFailed) bytes += size.get(action.seq) ?? 0
      if (bytes > failureBytes && listed.length > 0) break
      const failure = isFailed ? failureIn('FAILED', payloadValue(payload.get(action.seq) ?? null)) : null
      listed.push({ ...action, failure })
    }
    return listed
  }
}
