import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { makeFolder } from '../../folders.js'

/**
 * Creates an empty database, with its folder, in rollback-journal mode; does nothing when there is something already.
 * True when it was created. Rejects with what the system or SQLite says.
 */
export async function createDatabaseIfMissing (path: string): Promise<boolean> {
  if (await exists(path)) return false
  makeFolder(dirname(path))
  const database = new Database(path)
  try {
    // Writing any header field makes the file a whole database with a header.
    database.exec('begin immediate; pragma user_version = 0; commit')
    return true
  } finally {
    database.close()
  }
}

async function exists (path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
