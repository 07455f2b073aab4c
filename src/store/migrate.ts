import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type Database from 'better-sqlite3'
import type { Clock } from '../domain/clock.js'
import { Damage, StoreError } from './errors.js'
import { syncNow } from './sync.js'

/** One numbered SQL file. */
export interface Migration {
  /** The file's name without its ending, for example `0001-queue`. */
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file, in hex. */
  readonly checksum: string
}

/** How a database stands to the migrations of this program. */
export interface MigrationState {
  /** True when the database holds nothing: it is new, or its first start was killed early. */
  readonly empty: boolean
  readonly pending: readonly Migration[]
}

/** What migrating works with. */
export interface MigrateOptions {
  readonly clock: Clock
  /** By default those that ship with the program. */
  readonly migrations?: readonly Migration[]
}

/** What a migration did. */
export interface Migrated {
  readonly applied: readonly string[]
  /** The copy that was made before an existing database was changed; null when there was nothing to copy. */
  readonly copy: string | null
}

const shippedFolder = fileURLToPath(new URL('../../migrations/', import.meta.url))

/** The migrations in a folder, in order; by default those that ship with the program. */
export function readMigrations (folder = shippedFolder): readonly Migration[] {
  return readdirSync(folder).filter(file => file.endsWith('.sql')).sort().map(file => {
    const sql = readFileSync(`${folder}/${file}`, 'utf8')
    return { name: file.slice(0, -'.sql'.length), sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
}

/**
 * Compares a database with the migrations.
 * @throws StoreError `newer` when it was made by a newer Steward or an applied file has changed since; `unusable`
 * when it is somebody else's database
 */
export function migrationState (database: Database.Database, migrations: readonly Migration[]): MigrationState {
  const tables = database.prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'").pluck().all()
  if (!tables.includes('migration')) {
    if (tables.length === 0) return { empty: true, pending: migrations }
    throw new StoreError('unusable', `${database.name} is an SQLite database, but not Steward's. Name another file with STEWARD_DB; this one was not touched.`)
  }
  const applied = database.prepare<[], { name: string | null, checksum: string }>('select name, checksum from migration order by name').all()
  const known = new Map(migrations.map(migration => [migration.name, migration]))
  for (const { name, checksum } of applied) {
    if (name === null) throw new Damage('a migration has no name')
    const migration = known.get(name)
    if (migration === undefined) {
      throw new StoreError('newer', `${database.name} was made by a newer Steward (it has the migration ${name}). Run that version, or restore the copy that was made before the upgrade.`)
    }
    if (migration.checksum !== checksum) {
      throw new StoreError('newer', `The migration ${name} has been changed since it was applied to ${database.name}. Restore the original file: applied migrations are never edited.`)
    }
  }
  const done = new Set(applied.map(({ name }) => name))
  return { empty: applied.length === 0, pending: migrations.filter(({ name }) => !done.has(name)) }
}

/**
 * Brings a database up to date: each pending migration in one transaction with its record, so that being killed
 * half-way leaves whole migrations only. Before an existing database is changed, a copy is made beside it.
 * By name, not by time stamp: drizzle's own migrator skips files that are stamped older than the newest applied.
 */
export function migrate (database: Database.Database, options: MigrateOptions): Migrated {
  const { clock, migrations = readMigrations() } = options
  const { empty, pending } = migrationState(database, migrations)
  if (pending.length === 0) return { applied: [], copy: null }

  const copy = empty ? null : copyBefore(database, pending[0]!.name, clock)
  if (empty) {
    database.exec('create table if not exists migration (name text primary key, checksum text not null, applied_at integer not null) strict, without rowid')
  }
  const applied: string[] = []
  try {
    for (const migration of pending) {
      apply(database, migration, clock)
      applied.push(migration.name)
    }
  } catch (error) {
    // Nothing has been changed, and each further try would leave one more.
    if (copy !== null && applied.length === 0) rmSync(copy, { force: true })
    throw error
  }
  return { applied, copy }
}

function apply (database: Database.Database, { name, sql, checksum }: Migration, clock: Clock): void {
  database.transaction(() => {
    database.prepare('insert into migration (name, checksum, applied_at) values (?, ?, ?)').run(name, checksum, clock.now())
    database.exec(sql)
  }).immediate()
}

/** Makes the copy. What is left of copies that never were finished is removed: each is as large as the database. */
function copyBefore (database: Database.Database, migration: string, clock: Clock): string {
  const folder = dirname(database.name)
  const begins = `${basename(database.name)}.before-`
  for (const file of readdirSync(folder)) {
    const partial = /^.*\.partial(?=(-journal)?$)/.exec(file)?.[0]
    if (partial?.startsWith(begins) === true) removePartial(join(folder, partial))
  }
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const copy = `${database.name}.before-${migration}-${stamp}`
  copyDatabase(database, copy)
  return copy
}

/**
 * Copies a database, as it is committed now, to a new file. The file appears whole and synced, or not at all.
 * `VACUUM INTO` reads one snapshot and does not hold up the writer of a WAL database.
 * @param check looks at the finished copy before it gets its name; throwing removes it
 */
export function copyDatabase (
  database: Database.Database, target: string, check?: (partial: string) => void
): void {
  const partial = `${target}.partial`
  removePartial(partial)
  try {
    // Readable by this user alone, as the database is; SQLite fills an empty file.
    closeSync(openSync(partial, 'wx', 0o600))
    database.prepare('vacuum into ?').run(partial)
    check?.(partial)
    syncNow(partial)
    renameSync(partial, target)
    syncNow(dirname(target))
  } catch (error) {
    removePartial(partial)
    throw error
  }
}

/** With the journal that a killed one leaves: it would be taken for one of the next. */
function removePartial (partial: string): void {
  for (const ending of ['', '-journal']) rmSync(partial + ending, { force: true })
}
