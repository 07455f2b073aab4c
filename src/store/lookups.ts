import type Database from 'better-sqlite3'
import type { ActionState } from '../domain/lifecycle.js'
import { Damage } from './errors.js'
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
    byId: checked(prepareRows(database, `${rows} where id = ?`)),
    bySeq: prepareRows(database, `${rows} where seq = ?`),
    firstOf: database.prepare('select seq, state from action where lane = ? and finished_at is null order by seq limit 1')
  }
}

/** What an index and its table say of an action has to be the same: where they differ, the database is damaged. */
function checked (rows: RowStatement<[string]>): RowStatement<[string]> {
  return {
    ...rows,
    get (id) {
      const row = rows.get(id)
      if (row !== undefined && row.id !== id) throw new Damage(`action ${row.seq} is not the one that the index has`)
      return row
    }
  }
}
