import Database from 'better-sqlite3'
import { copyDatabase } from './copy.js'
import { findProblems } from './integrity.js'
import type { CheckpointMode, CopyNews, Task, TaskAnswer, TaskInput, TaskResults } from './tasks.js'
import { explainTrouble } from './trouble.js'

type Open = Database.Database
type Tell = (news: CopyNews) => void

/**
 * Opens the database, which must exist, performs the task and closes it. Blocks the thread: for child processes only.
 * What SQLite has to say is part of the answer; anything else is thrown.
 */
export async function performTask (input: TaskInput, tell: Tell): Promise<TaskAnswer<keyof TaskResults>> {
  let database: Open | null = null
  try {
    database = new Database(input.path, { fileMustExist: true, timeout: input.busyTimeoutMs })
    return { result: await perform({ database, task: input.task, tell }) }
  } catch (error) {
    const trouble = explainTrouble(error, input)
    if (trouble === null) throw error
    return { trouble }
  } finally {
    database?.close()
  }
}

async function perform ({ database, task, tell }:
{ database: Open, task: Task, tell: Tell }): Promise<TaskResults[keyof TaskResults]> {
  switch (task.task) {
    case 'copy': return await copyDatabase({ database, copy: task.copy, tell })
    case 'checkpoint': return checkpoint(database, task.mode)
    case 'vacuum': return vacuum(database)
    case 'analyze': return analyze(database)
    case 'integrity-check': return { problems: findProblems(database, task.maxErrors) }
  }
}

function checkpoint (database: Open, mode: CheckpointMode): TaskResults['checkpoint'] {
  const journalMode = String(database.pragma('journal_mode', { simple: true }))
  const [row] = database.pragma(`wal_checkpoint(${mode})`) as { busy: number, log: number, checkpointed: number }[]
  return { journalMode, busy: row?.busy === 1, walPages: row?.log ?? -1, checkpointedPages: row?.checkpointed ?? -1 }
}

function vacuum (database: Open): TaskResults['vacuum'] {
  const bytesBefore = sizeOf(database)
  database.exec('vacuum')
  return { bytesBefore, bytesAfter: sizeOf(database) }
}

/** Of the pages, wherever they are: in WAL mode the file itself shrinks at the next checkpoint. */
function sizeOf (database: Open): number {
  return Number(database.pragma('page_count', { simple: true })) * Number(database.pragma('page_size', { simple: true }))
}

function analyze (database: Open): TaskResults['analyze'] {
  database.exec('analyze')
  const table = database.prepare("select 1 from sqlite_schema where name = 'sqlite_stat1'").get()
  return { statistics: table === undefined ? 0 : Number(database.prepare('select count(*) from sqlite_stat1').pluck().get()) }
}
