import Database from 'better-sqlite3'
import { v7 } from 'uuid'
import { systemClock as clock } from '../../src/domain/clock.js'
import { isFinal, type ActionState } from '../../src/domain/lifecycle.js'
import type { Migration } from '../../src/store/migrate.js'
import { openDatabase } from '../../src/store/open.js'
import type { Remark } from './journal.js'

const kind = 'agent.replicante.io/debug.success'
const count = 40
const callerFields = { lane: 'main', protocol: 'api', principal: 'local', requester: 'AGENT_API' }

/** Makes a database as an older Steward left it, with actions in every state; returns what is in it. */
export function fillOldDatabase (path: string, migrations: readonly Migration[]): Remark[] {
  const { database, close } = openDatabase({ path, clock, migrations })
  const remarks = database.transaction(() => Array.from({ length: count }, (_, index) => {
    const state = index < count - 10 ? (index % 3 === 0 ? 'FAILED' : 'DONE') : index === count - 10 ? 'RUNNING' : 'NEW'
    return addAction(database, state, index * 10)
  }).flat())()
  close()
  return remarks
}

function addAction (database: Database.Database, state: ActionState, at: number): Remark[] {
  const id = v7()
  const newest = (table: string): number =>
    database.prepare<[], number>(`select ifnull(max(seq), 0) from ${table}`).pluck().get()!
  const chained = database.prepare("select 1 from pragma_table_info('transition') where name = 'previous'").get() !== undefined
  const seq = newest('action') + 1
  const remarks: Remark[] = [{ type: 'asked', client: 0, id, kind, args: { at } }, { type: 'acknowledged', id }]
  const entered: number[] = []
  /** Adds the next entry of the history; returns what the row notes of it. */
  const enter = (state: ActionState, time: number): Row => {
    const position = newest('transition') + 1
    const link = chained ? { previous: entered.at(-1) ?? null } : {}
    insert(database, 'transition', { seq: position, action_seq: seq, at: time, state, ...link })
    entered.push(position)
    remarks.push({ type: 'told', id, event: { position, at: time, state, payload: null } })
    return { state, updated_at: time, ...chained ? { last_transition: position } : {} }
  }
  const begun = { id, kind, ...callerFields, created_at: at, scheduled_at: at, args: JSON.stringify({ at }), headers: '{}' }
  const link = chained ? { last_transition: 0 } : {}
  insert(database, 'action', { seq, ...begun, state: 'NEW', updated_at: at, ...link })
  update(database, seq, enter('NEW', at))
  if (state !== 'NEW') update(database, seq, { started_at: at + 1, ...enter('RUNNING', at + 1) })
  if (isFinal(state)) update(database, seq, { finished_at: at + 2, ...enter(state, at + 2) })
  return remarks
}

type Row = Readonly<Record<string, string | number | null>>

function update (database: Database.Database, seq: number, row: Row): void {
  const changes = Object.keys(row).map(name => `${name} = ?`).join(', ')
  database.prepare(`update action set ${changes} where seq = ?`).run(...Object.values(row), seq)
}

function insert (database: Database.Database, table: string, row: Row): void {
  const names = Object.keys(row)
  database.prepare(`insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`).run(...Object.values(row))
}

/**
 * Adds what is not everyday: a large payload, unusual characters, an outcome that is collected (where the form of the
 * database has them), and an edge behind which everything was pruned.
 */
export function addRichActions (path: string): void {
  const database = new Database(path)
  database.pragma('foreign_keys = on')
  const has = (table: string, column: string): boolean =>
    database.prepare('select 1 from pragma_table_info(?) where name = ?').get(table, column) !== undefined
  const text = JSON.stringify({ text: 'x'.repeat(300_000), odd: 'häß 漢字 🐘 \u0000 "\\' })
  const finished = database.prepare<[], { seq: number, last: number }>(`
    select seq, (select max(t.seq) from transition t where t.action_seq = a.seq) as last from action a
    where finished_at is not null order by seq`).all()
  database.transaction(() => {
    // What is final does not move: with the trigger gone for a moment, it is given what it would have ended with.
    const trigger = database.prepare<[], string>("select sql from sqlite_schema where name = 'action_legal_move'").pluck().get()!
    database.exec('drop trigger action_legal_move')
    database.prepare('update action set state_payload = ?, args = ?, headers = ? where seq = ?')
      .run(text, '"ünï🐘"', '{"x-trace":"ä"}', finished.at(-1)!.seq)
    if (has('outcome', 'collector')) {
      for (const { seq, last } of finished.slice(-3)) {
        database.prepare("update action set collector = 'agent-7' where seq = ?").run(seq)
        database.prepare("insert into outcome (collector, transition_seq, action_seq) values ('agent-7', ?, ?)").run(last, seq)
      }
    }
    database.exec(trigger)
    const pruned = finished[2]!
    for (const { seq } of finished.slice(0, 3)) {
      database.prepare('delete from action where seq = ?').run(seq)
      database.prepare('delete from transition where action_seq = ?').run(seq)
    }
    database.prepare('update store set pruned_action = ?, pruned_transition = ?').run(pruned.seq, pruned.last)
  })()
  database.close()
}
