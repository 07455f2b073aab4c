import Database from 'better-sqlite3'
import type { TaskInput, TaskTrouble } from './tasks.js'

/** Says in a sentence what SQLite reports; null when the error is not SQLite's. */
export function explainTrouble (error: unknown, { path, busyTimeoutMs }: TaskInput): TaskTrouble | null {
  if (!(error instanceof Database.SqliteError)) return null
  const { error: sentence, unavailable } = explain(error.code, { path, seconds: busyTimeoutMs / 1000 })
  return { error: sentence, unavailable, code: error.code, detail: error.message }
}

type Explanation = Pick<TaskTrouble, 'error' | 'unavailable'>

function explain (code: string, { path, seconds }: { path: string, seconds: number }): Explanation {
  // Extended codes begin with the code that they refine: SQLITE_BUSY_SNAPSHOT.
  switch (code.split('_', 2).join('_')) {
    case 'SQLITE_BUSY':
      return { error: `The database ${path} is in use: it could not be locked within ${seconds} s.`, unavailable: true }
    case 'SQLITE_LOCKED':
      return { error: `The database ${path} is in use.`, unavailable: true }
    case 'SQLITE_CANTOPEN':
      return { error: `The database ${path} cannot be opened: it does not exist, or may not be read by this user.`, unavailable: true }
    case 'SQLITE_NOTADB':
      return { error: `The file ${path} is not an SQLite database.`, unavailable: true }
    case 'SQLITE_CORRUPT':
      return { error: `The database ${path} is damaged.`, unavailable: false }
    case 'SQLITE_READONLY':
      return { error: `The database ${path} may not be written by this user.`, unavailable: false }
    case 'SQLITE_FULL':
      return { error: 'A disk is full: that of the database, of the copy, or of temporary files.', unavailable: false }
    default:
      return { error: `SQLite could not do it with the database ${path}.`, unavailable: false }
  }
}
