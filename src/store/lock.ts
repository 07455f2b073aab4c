import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { StoreError, storeErrorOf } from './errors.js'

/** A lock that is held. */
export interface Lock {
  release (): void
}

/**
 * Takes the lock of a database: an exclusive SQLite transaction on `<db>.lock`, which the kernel ends with the process,
 * also at `kill -9`. A pid file would have to be judged; this one cannot be stale.
 * @throws StoreError `locked` when another process has it, `unusable` when the file cannot be made
 */
export function takeLock (path: string): Lock {
  const file = `${path}.lock`
  let held: Database.Database | undefined
  try {
    makePrivate(file)
    held = new Database(file, { timeout: 0 })
    held.exec('begin exclusive')
  } catch (error) {
    held?.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new StoreError('locked', `${path} is in use by another Steward. Stop that one, or name another file with STEWARD_DB.`, error)
    }
    throw storeErrorOf(error, file)
  }
  const database = held
  return { release: () => { database.close() } }
}

/** Who may read a file can hold a lock on it too, and so keep every agent from starting. */
function makePrivate (file: string): void {
  // One that is there is not opened: closing it would drop what this process may have locked of it.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
  const { mode, uid } = statSync(file)
  if ((mode & 0o077) !== 0 && uid === process.geteuid?.()) chmodSync(file, 0o600)
}
