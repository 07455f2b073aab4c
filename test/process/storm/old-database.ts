import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { v7 } from 'uuid'
import { systemClock as clock } from '../../../src/domain/clock.js'
import { migrate, readMigrations } from '../../../src/store/migrate.js'
import type { Journal } from './journal.js'
import type { Work } from './work.js'

const noop: Work = { kind: 'agent.replicante.io/debug.success', args: {}, ends: 'done' }
const counted = { finished: 100, waiting: 5 }

/**
 * Makes a database as the first version of the program left it: actions that are DONE, one that was RUNNING when the
 * agent died, and some that wait. All were acknowledged. Returns the id of an event before all others.
 */
export function createOldDatabase (path: string, journal: Journal): string {
  mkdirSync(dirname(path), { recursive: true })
  const database = new Database(path)
  migrate(database, { clock, migrations: readMigrations().slice(0, 1) })
  database.pragma('journal_mode = wal')
  const insert = database.prepare(`
    insert into action (id, kind, lane, protocol, principal, requester, state, created_at, scheduled_at, updated_at, args, headers)
    values (?, ?, 'main', 'api', 'local', 'AGENT_API', 'NEW', ?, ?, ?, ?, '{}')`)
  const begin = database.prepare("update action set state = 'RUNNING', started_at = ?, version = 2 where seq = ?")
  const end = database.prepare("update action set state = 'DONE', finished_at = ?, version = 3 where seq = ?")
  const note = database.prepare('insert into transition (action_seq, at, state) values (?, ?, ?)')

  for (let index = 0; index < counted.finished + 1 + counted.waiting; index++) {
    const request = journal.send({ face: 'api', work: noop, id: v7() })
    journal.acknowledge(request)
    const at = clock.now()
    const seq = Number(insert.run(request.id, noop.kind, at, at, at, JSON.stringify(noop.args)).lastInsertRowid)
    note.run(seq, at, 'NEW')
    if (index > counted.finished) continue
    begin.run(at, seq)
    note.run(seq, at, 'RUNNING')
    if (index === counted.finished) continue
    end.run(at, seq)
    note.run(seq, at, 'DONE')
  }
  const store = database.prepare('select id from store').pluck().get()
  database.close()
  return `${String(store)}-0`
}
