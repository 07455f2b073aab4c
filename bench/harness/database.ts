import Database from 'better-sqlite3'
import { systemClock as clock } from '../../src/domain/clock.js'
import { openStore } from '../../src/store/store.js'
import { v7 } from 'uuid'
import { noop } from './requests.js'

/** Queues no-op actions in a database that no agent has open, through the store. */
export async function queueActions (path: string, count: number): Promise<void> {
  const store = openStore({ path, clock, queueLimit: count + 1 })
  try {
    let left = count
    await Promise.all(Array.from({ length: 256 }, async () => {
      while (left-- > 0) {
        await store.append({
          ...{ id: v7(), kind: noop, lane: 'main', args: {}, headers: {}, requester: 'AGENT_API' },
          ...{ principal: 'local', protocol: 'api', remoteAddress: '127.0.0.1', createdAt: null, collector: null }
        })
      }
    }))
  } finally {
    store.close()
  }
}

/** Reads the database while the agent has it open, or after. */
function reading<T> (path: string, read: (database: Database.Database) => T): T {
  const database = new Database(path, { readonly: true })
  try {
    return read(database)
  } finally {
    database.close()
  }
}

/** The newest transition. */
export function lastTransition (path: string): number {
  return reading(path, database => database.prepare('select max(seq) from transition').pluck().get() as number)
}

/** How many actions are NEW or RUNNING. */
export function unfinished (path: string): number {
  return reading(path, database =>
    database.prepare('select count(*) from action where finished_at is null').pluck().get() as number)
}

/**
 * No-op actions per second, from the first RUNNING to the last DONE after a transition, by what the agent wrote down.
 * NaN where there are less than two.
 */
export function drainedPerSecond (path: string, after = 0): number {
  const { began, ended, done } = reading(path, database => database.prepare<[string, number], Drained>(`
    select min(at) filter (where t.state = 'RUNNING') as began, max(at) filter (where t.state = 'DONE') as ended,
      count(*) filter (where t.state = 'DONE') as done
    from transition t join action a on a.seq = t.action_seq where a.kind = ? and t.seq > ?`).get(noop, after)!)
  return done < 2 ? NaN : done / (ended - began) * 1000
}

interface Drained {
  readonly began: number
  readonly ended: number
  readonly done: number
}
