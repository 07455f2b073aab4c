import Database from 'better-sqlite3'
import { v7 } from 'uuid'
import { systemClock as clock } from '../../src/domain/clock.js'
import { openStore } from '../../src/store/store.js'
import { noop } from './requests.js'

/** What a database is to hold. */
export interface Content {
  readonly finished: number
  readonly queued: number
}

const blockerArgs = JSON.stringify({ steps: [{ do: 'sleep', ms: 3_600_000 }] })

/**
 * Makes a database as a long life of the agent would have left it: finished actions, one that holds the lane as soon as
 * the agent starts, and behind it the queue. Written without the triggers and without waiting for the disk.
 */
export function fillDatabase (path: string, { finished, queued }: Content): void {
  openStore({ path, clock, queueLimit: 1 }).close()
  const database = new Database(path)
  database.pragma('synchronous = off')
  const triggers = database.prepare<[], { name: string, sql: string }>(
    "select name, sql from sqlite_schema where type = 'trigger'").all()
  for (const { name } of triggers) database.exec(`drop trigger ${name}`)
  const insert = inserting(database)
  const now = clock.now()
  database.transaction(() => {
    for (let index = 0; index < finished; index++) {
      const at = now - (finished - index) * 10
      insert({ kind: noop, args: 'null', at, state: index % 50 === 0 ? 'FAILED' : 'DONE', index })
    }
    insert({ kind: 'agent.steward/test.script', args: blockerArgs, at: now, state: 'NEW', index: 0 })
    for (let index = 0; index < queued; index++) insert({ kind: noop, args: 'null', at: now, state: 'NEW', index })
  })()
  for (const { sql } of triggers) database.exec(sql)
  // One file, ready to be copied.
  database.pragma('wal_checkpoint(truncate)')
  database.close()
}

interface Filled {
  readonly kind: string
  readonly args: string
  readonly at: number
  readonly state: 'NEW' | 'DONE' | 'FAILED'
  readonly index: number
}

/** A function that adds one action with its history. Every third came through the classic dialect. */
function inserting (database: Database.Database): (filled: Filled) => void {
  const action = database.prepare(`insert into action (id, kind, lane, protocol, principal, requester, state, args,
    headers, created_at, scheduled_at, started_at, finished_at, updated_at, version, last_transition)
    values (?, ?, 'main', ?, 'local', 'AGENT_API', ?, ?, '{}', ?, ?, ?, ?, ?, ?, ?)`)
  const transition = database.prepare('insert into transition (seq, action_seq, previous, at, state) values (?, ?, ?, ?, ?)')
  let newest = 0
  return ({ kind, args, at, state, index }) => {
    const protocol = index % 3 === 0 ? 'replicante-classic' : 'api'
    const ended = state === 'NEW' ? null : at
    const states = state === 'NEW' ? ['NEW'] : ['NEW', 'RUNNING', state]
    const { lastInsertRowid } = action.run(v7(), kind, protocol, state, args, at, at, ended, ended, at, states.length,
      newest + states.length)
    states.forEach((each, place) => {
      transition.run(++newest, lastInsertRowid, place === 0 ? null : newest - 1, at, each)
    })
  }
}
