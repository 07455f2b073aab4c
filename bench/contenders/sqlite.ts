import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { loop } from './loop.mjs'
import type { OpenPeer } from './peer.js'

/** What a queue with a history needs, and no more. */
const schema = `
  create table action (
    seq integer primary key, id text not null unique, kind text not null, state text not null,
    created_at integer not null, finished_at integer, args text not null
  ) strict;
  create index waiting on action (seq) where state = 'NEW';
  create table transition (
    seq integer primary key, action_seq integer not null, at integer not null, state text not null
  ) strict;
  create index of_action on transition (action_seq);`

/**
 * The limit: better-sqlite3 and nothing around it. A transaction per scheduled action (its row and first transition),
 * and one per executed action, which settles it and claims the next. WAL, and `synchronous = FULL` where durable.
 */
export const open: OpenPeer = async ({ folder, durable }) => {
  const database = new Database(join(folder, 'limit.db'))
  database.pragma('journal_mode = wal')
  database.pragma(`synchronous = ${durable ? 'full' : 'normal'}`)
  // As Steward has it: see src/store/open.ts.
  database.pragma('wal_autocheckpoint = 4000')
  database.exec(schema)
  const insert = database.prepare("insert into action (id, kind, state, created_at, args) values (?, ?, 'NEW', ?, ?)")
  const note = database.prepare('insert into transition (action_seq, at, state) values (?, ?, ?)')
  const claim = database.prepare<[], { seq: number }>(`update action set state = 'RUNNING'
    where seq = (select seq from action where state = 'NEW' order by seq limit 1) returning *`)
  const settle = database.prepare("update action set state = 'DONE', finished_at = ? where seq = ?")

  const append = database.transaction((kind: string, args: string) => {
    const now = Date.now()
    const { lastInsertRowid } = insert.run(randomUUID(), kind, now, args)
    note.run(lastInsertRowid, now, 'NEW')
  })
  const step = database.transaction((finished: number | null): number | null => {
    const now = Date.now()
    if (finished !== null) {
      settle.run(now, finished)
      note.run(finished, now, 'DONE')
    }
    const next = claim.get()
    if (next === undefined) return null
    note.run(next.seq, now, 'RUNNING')
    return next.seq
  })

  let wake: (() => void) | null = null
  return {
    add: async ({ kind, args }) => {
      append(kind, JSON.stringify(args))
      wake?.()
    },
    work: handler => {
      let running: number | null = null
      loop(async () => {
        running = step(running)
        if (running === null) await new Promise<void>(resolve => { wake = resolve })
        else await handler()
      })
    },
    close: () => { database.close() }
  }
}
