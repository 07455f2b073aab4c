import { existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { StoreError, storeErrorOf } from './errors.js'
import { copyDatabase, migrationState, readMigrations } from './migrate.js'

/** What `checkDatabase` found. */
export interface DatabaseReport {
  /** False: there is no database yet; the first start makes one. */
  readonly exists: boolean
  /** Names of the migrations that opening would apply. */
  readonly pending: readonly string[]
}

/**
 * Looks whether a database is fit to start with, also while an agent has it open, and changes nothing. Reads all of it.
 * @throws StoreError with one sentence that says what to do
 */
export function checkDatabase (path: string): DatabaseReport {
  const migrations = readMigrations()
  if (!existsSync(path) || statSync(path).size === 0) {
    return { exists: false, pending: migrations.map(({ name }) => name) }
  }
  return withReader(path, database => {
    const { pending } = migrationState(database, migrations)
    assertSound(database)
    return { exists: true, pending: pending.map(({ name }) => name) }
  })
}

/**
 * Copies Steward's database to a new file, also while an agent has it open: one snapshot, checked, whole or not at all.
 * The copy has a store id of its own.
 * @throws StoreError when the database cannot be read, or there is a file at the target already
 */
export function backupDatabase (path: string, target: string): void {
  if (!existsSync(path)) throw new StoreError('unusable', `There is no database at ${path}.`)
  if (existsSync(target)) throw new StoreError('unusable', `${target} exists already. A backup never overwrites a file: name another.`)
  withReader(path, database => {
    migrationState(database, readMigrations())
    copyTo(database, target)
  })
}

function copyTo (database: Database.Database, target: string): void {
  try {
    copyDatabase(database, target, partial => {
      const copy = new Database(partial)
      try {
        // Its history and the original's part ways here: cursors and event ids of the one are not those of the other.
        copy.prepare('update store set id = lower(hex(randomblob(8)))').run()
        assertSound(copy)
      } finally {
        copy.close()
      }
    })
  } catch (error) {
    throw storeErrorOf(error, target)
  }
}

function withReader<T> (path: string, read: (database: Database.Database) => T): T {
  let database: Database.Database | undefined
  try {
    database = new Database(path, { readonly: true, timeout: 5000 })
    return read(database)
  } catch (error) {
    throw storeErrorOf(error, path)
  } finally {
    database?.close()
  }
}

function assertSound (database: Database.Database): void {
  const found = database.prepare('pragma integrity_check(3)').pluck().all() as string[]
  if (found[0] !== 'ok') {
    throw new StoreError('unusable', `${database.name} is damaged (${found.join('; ')}). Keep a copy, and restore a backup made with "steward backup"; nothing was changed.`)
  }
}
