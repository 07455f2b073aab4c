import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { AuditEntry, AuditFilter } from '../domain/audit.js'
import type { Page } from '../domain/page.js'
import { createAudit } from './audit.js'
import { isDamage, StoreError, storeErrorOf } from './errors.js'
import { copyDatabase, migrationState, readMigrations } from './migrate.js'
import { assertSound, assertWritable } from './soundness.js'

/**
 * The newest entries of the audit that fit the filter, also while an agent has the database open, and changes nothing.
 * @param query `limit`: how many at most, altogether
 * @throws StoreError with one sentence that says what to do
 */
export function auditDatabase (path: string, { filter, limit }: { filter: AuditFilter, limit: number }): AuditEntry[] {
  if (!existsSync(path)) throw new StoreError('unusable', `There is no database at ${path}.`)
  return withReader(path, database => {
    const { empty, pending } = migrationState(database, readMigrations())
    if (empty) return []
    if (pending.length > 0) {
      throw new StoreError('unusable', `${path} was made by an older Steward. Run "steward migrate" first.`)
    }
    const read = createAudit(database)
    const found: AuditEntry[] = []
    let cursor: string | null = null
    do {
      const room = Math.min(1000, limit - found.length)
      const page: Page<AuditEntry> = read({ filter, limit: room, ...cursor === null ? {} : { cursor } })
      found.push(...page.items)
      cursor = page.next
    } while (cursor !== null && found.length < limit)
    return found
  })
}

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
  if (!isThere(path)) return { exists: false, pending: migrations.map(({ name }) => name) }
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

/**
 * Whether there is a database that could be written, or else a place where one could be made.
 * @throws StoreError
 */
function isThere (path: string): boolean {
  try {
    // What may not be looked at is not missing.
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    if (size > 0 || existsSync(dirname(path))) assertWritable(path)
    return size > 0
  } catch (error) {
    throw storeErrorOf(error, path)
  }
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
    // A copy is damaged where what it was made of is.
    throw storeErrorOf(error, isDamage(error) ? database.name : target)
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
