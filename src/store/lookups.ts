import type Database from 'better-sqlite3'
import type { ActionState } from '../domain/lifecycle.js'
import { actionColumns, prepareRows, type RowStatement } from './rows.js'

/** Finds single actions: statements that several parts of the store use, prepared once. */
export interface Lookups {
  readonly byId: RowStatement<[string]>
  readonly bySeq: RowStatement<[number]>
  /** The oldest unfinished action of a lane: if anything runs there, it is this one (a trigger sees to that). */
  readonly firstOf: Database.Statement<[string], { readonly seq: number, readonly state: ActionState }>
}

/** Prepares the lookups. */
export function createLookups (database: Database.Database): Lookups {
  const rows = `select ${actionColumns()} from action`
  return {
    byId: prepareRows(database, `${rows} where id = ?`),
    bySeq: prepareRows(database, `${rows} where seq = ?`),
    firstOf: database.prepare('select seq, state from action where lane = ? and finished_at is null order by seq limit 1')
  }
}
