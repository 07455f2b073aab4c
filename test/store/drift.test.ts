import { createRequire } from 'node:module'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { systemClock as clock } from '../../src/domain/clock.js'
import { openDatabase } from '../../src/store/open.js'
import * as schema from '../../src/store/schema.js'
import { temporaryFolder } from '../support/engine.js'

// drizzle-kit's ESM build calls require.
const { generateSQLiteDrizzleJson, generateSQLiteMigration } = createRequire(import.meta.url)('drizzle-kit/api') as typeof import('drizzle-kit/api')

/** Everything that drizzle's schema can say of a database, in a form that does not depend on how it was written. */
function shapeOf (database: Database.Database): Record<string, unknown> {
  const names = database.prepare<[], string>(`select name from sqlite_schema
    where type = 'table' and name not like 'sqlite_%' and name <> 'migration' order by name`).pluck().all()
  return Object.fromEntries(names.map(name => {
    const columns = database.prepare<[string], { notnull: number, pk: number }>(
      'select name, lower(type) as type, "notnull", dflt_value, pk from pragma_table_info(?)').all(name)
    const indexes = database.prepare<[string], { name: string, unique: number, partial: number }>(
      'select name, "unique", partial from pragma_index_list(?)').all(name).map(({ name, unique, partial }) => ({
      // An index of a constraint has a name of SQLite's own where it is written in the table, and one of drizzle's
      // where it is not.
      name: unique === 1 && partial === 0 ? 'of a constraint' : name,
      unique,
      where: partial === 0 ? null : /where (.*)$/i.exec(database.prepare<[string], string>('select sql from sqlite_schema where name = ?').pluck().get(name) ?? '')?.[1],
      columns: database.prepare<[string], string>('select name from pragma_index_info(?) order by seqno').pluck().all(name)
    })).sort((a, b) => a.name < b.name ? -1 : 1)
    const foreignKeys = database.prepare('select "table", "from", "to", on_delete from pragma_foreign_key_list(?)').all(name)
    // A primary key is never null, whether that is said or not.
    const comparable = columns.map(column => ({ ...column, notnull: column.pk === 1 ? 1 : column.notnull }))
    return [name, { columns: comparable, indexes, foreignKeys }]
  }))
}

t.test('src/store/schema.ts says what migrations/ builds', async t => {
  const opened = openDatabase({ path: join(temporaryFolder(t), 'steward.db'), clock })
  t.teardown(() => { opened.close() })
  const said = new Database(':memory:')
  t.teardown(() => { said.close() })
  const nothing = await generateSQLiteDrizzleJson({})
  const everything = await generateSQLiteDrizzleJson(schema)
  for (const statement of await generateSQLiteMigration(nothing, everything)) said.exec(statement)

  const built = shapeOf(opened.database)

  t.strictSame(Object.keys(built), ['action', 'cancellation', 'outcome', 'store', 'transition'])
  t.strictSame(shapeOf(said), built)
})
