import { closeSync, existsSync, lstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { StoreError, storeErrorOf } from './errors.js'
import { takeLock, type Lock } from './lock.js'
import { migrate, migrationState, readMigrations, type Migrated, type MigrateOptions } from './migrate.js'
import { assertSoundIfSmall, assertWritable } from './soundness.js'
import { makeLastingFolder, syncEntries } from './sync.js'

/** An open, locked and migrated database. */
export interface OpenDatabase {
  readonly database: Database.Database
  readonly migrated: Migrated
  close (): void
}

/** Where the database is, and what brings it up to date. */
export interface OpenOptions extends MigrateOptions {
  readonly path: string
}

/** How long a write turn may wait for another program that holds the database, in milliseconds. */
const busyTimeoutMs = 20

/**
 * Opens Steward's database for writing, creating it and its folder if there is none.
 * @throws StoreError with one sentence that says what to do; nothing is changed then
 */
export function openDatabase (options: OpenOptions): OpenDatabase {
  let { path } = options
  let lock: Lock | undefined
  let database: Database.Database | undefined
  try {
    makeLastingFolder(dirname(path))
    path = realPath(path)
    lock = takeLock(path)
    checkFiles(path)
    assertWritable(path)
    makeFile(path)
    database = new Database(path, { timeout: 1000 })
    // Looks at the file before the first pragma that would write to it.
    database.prepare('select count(*) from sqlite_schema').get()
    const migrated = prepare(database, options)
    // From here on a wait would hold the event loop: better to fail, say why, and try again.
    database.pragma(`busy_timeout = ${busyTimeoutMs}`)
    return { database, migrated, close: closing(database, lock) }
  } catch (error) {
    database?.close()
    lock?.release()
    throw storeErrorOf(error, path)
  }
}

function closing (database: Database.Database, lock: Lock): () => void {
  return () => {
    // Folds the write-ahead log back and removes it, unless a reader is still there.
    database.close()
    lock.release()
  }
}

function prepare (database: Database.Database, options: MigrateOptions): Migrated {
  database.pragma('foreign_keys = on')
  database.pragma('cell_size_check = on')
  // A foreign one is not looked at; a damaged one is neither copied nor migrated.
  const { empty } = migrationState(database, options.migrations ?? readMigrations())
  if (!empty) assertSoundIfSmall(database)
  // Only once nobody can object any more: a foreign or newer database is not even given another journal.
  const migrated = migrate(database, options)
  if (database.pragma('journal_mode = wal', { simple: true }) !== 'wal') {
    throw new StoreError('unusable', `${database.name} is on a file system without shared memory, which the write-ahead log needs. Put it on a local disk.`)
  }
  database.pragma('synchronous = full')
  // The store does this itself: see folding.ts.
  database.pragma('wal_autocheckpoint = 0')
  // A log that once grew large gives its room back at the next checkpoint.
  database.pragma(`journal_size_limit = ${64 * 1024 * 1024}`)
  // SQLite syncs the folder too when it begins the log, but goes on where that fails.
  syncEntries(dirname(database.name))
  return migrated
}

/** Makes the file, readable by this user alone, as SQLite's own files beside it will then be: it holds arguments. */
function makeFile (path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
}

/** The path without links: the lock and the log lie beside the file itself, by whatever name it is opened. */
function realPath (path: string): string {
  if (existsSync(path)) return realpathSync(path)
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    throw new StoreError('unusable', `${path} is a link that leads nowhere. Remove it, or restore what it led to.`)
  }
  return join(realpathSync(dirname(path)), basename(path))
}

/** Refuses what SQLite would take for a new, empty database, or would overwrite. */
function checkFiles (path: string): void {
  const size = existsSync(path) ? statSync(path).size : 0
  if (size === 0) {
    if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0) {
      throw new StoreError('unusable', `${path} is missing or empty, but its write-ahead log ${path}-wal is there. Restore the database file, or move the log away to begin with an empty queue.`)
    }
    return
  }
  if (!isDatabase(path)) {
    throw new StoreError('unusable', `${path} is not an SQLite database. Name another file with STEWARD_DB, or move this one away; it was not touched.`)
  }
}

/** How SQLite's files begin (https://sqlite.org/fileformat.html). */
const magic = { database: 'SQLite format 3\0', journal: '\xd9\xd5\x05\xf9\x20\xa1\x63\xd7' }

function isDatabase (path: string): boolean {
  if (firstBytes(path).startsWith(magic.database)) return true
  // After a loss of power while its first pages were written, SQLite undoes these with the journal.
  const journal = `${path}-journal`
  return existsSync(journal) && firstBytes(journal).startsWith(magic.journal)
}

/** The first 16 bytes of a file, as Latin-1. */
function firstBytes (path: string): string {
  const bytes = Buffer.alloc(16)
  const descriptor = openSync(path, 'r')
  try {
    readSync(descriptor, bytes, 0, bytes.length, 0)
  } finally {
    closeSync(descriptor)
  }
  return bytes.toString('latin1')
}
