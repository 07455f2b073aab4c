import { open } from 'node:fs/promises'
import Database from 'better-sqlite3'
import { findProblems } from './integrity.js'
import type { CopyNews, TaskResults } from './tasks.js'

type Open = Database.Database

const pagesPerStep = 1000
/** At most four pieces of news a second, and 400 in all, however long it takes: each becomes an entry of a history. */
const newsEveryMs = 250
const newsAtMost = 400
const listedProblems = 100

/**
 * Copies a database to a file, from one snapshot, then checks the copy and brings it to disk. `copy` is an empty file.
 *
 * The snapshot is pinned by a read transaction on the connection that copies. Otherwise a copy begins anew whenever
 * another process has written, and one that is written to all the time is never finished (tried: 938 fresh starts in
 * 8 s). In WAL mode writers go on meanwhile, and the WAL grows by what they write. In rollback-journal mode they
 * wait, and new readers behind them: so the copy runs at full speed, and the transaction ends before the check.
 */
export async function copyDatabase ({ database, copy, tell }:
{ database: Open, copy: string, tell: (news: CopyNews) => void }): Promise<TaskResults['copy']> {
  database.exec('begin')
  // Only a read takes the lock that pins.
  database.prepare('select count(*) from sqlite_schema').get()
  const pagesTotal = Number(database.pragma('page_count', { simple: true }))
  tell({ stage: 'copy', pagesDone: 0, pagesTotal })
  const tellSome = limitNews(pagesTotal, tell)
  await database.backup(copy, {
    progress ({ totalPages, remainingPages }) {
      tellSome({ stage: 'copy', pagesDone: totalPages - remainingPages, pagesTotal: totalPages })
      return pagesPerStep
    }
  })
  database.close()
  tell({ stage: 'copy', pagesDone: pagesTotal, pagesTotal })
  tell({ stage: 'verify', pagesDone: pagesTotal, pagesTotal })
  const problems = checkCopy(copy)
  return { bytes: await bringToDisk(copy), pages: pagesTotal, problems }
}

/** Lets through what is both late enough and far enough after the last. */
function limitNews (pagesTotal: number, tell: (news: CopyNews) => void): (news: CopyNews) => void {
  let last = { at: performance.now(), pagesDone: 0 }
  return news => {
    const at = performance.now()
    if (at - last.at < newsEveryMs || news.pagesDone - last.pagesDone < pagesTotal / newsAtMost) return
    last = { at, pagesDone: news.pagesDone }
    tell(news)
  }
}

function checkCopy (copy: string): string[] {
  const database = new Database(copy, { fileMustExist: true })
  try {
    return findProblems(database, listedProblems)
  } finally {
    database.close()
  }
}

async function bringToDisk (copy: string): Promise<number> {
  const file = await open(copy, 'r+')
  try {
    await file.sync()
    return (await file.stat()).size
  } finally {
    await file.close()
  }
}
