import Database from 'better-sqlite3'

/** What SQLite's own check finds wrong; empty when all is well. Reads the whole database. */
export function findProblems (database: Database.Database, maxErrors: number): string[] {
  try {
    const found = database.pragma(`integrity_check(${maxErrors})`) as { integrity_check: string }[]
    // One row may hold several lines, the first of them a heading.
    const lines = found.flatMap(row => row.integrity_check.split('\n')).filter(line => !line.startsWith('*** in database'))
    return lines.length === 1 && lines[0] === 'ok' ? [] : lines.slice(0, maxErrors)
  } catch (error) {
    // Some damage keeps the check itself from going on.
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT')) return [error.message]
    throw error
  }
}
