import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Test } from 'tap'
import { createSqliteDriver } from '../../../src/datastores/sqlite/driver.js'
import type { SqliteOptions } from '../../../src/datastores/sqlite/driver.js'
import { performTask } from '../../../src/datastores/sqlite/perform-task.js'
import type { ActionKind } from '../../../src/domain/kind.js'
import { silentLogger } from '../../../src/domain/log.js'
import type { Driver } from '../../../src/domain/ports/datastore.js'
import type { JobRunner } from '../../../src/domain/ports/process.js'
import { createJobRunner } from '../../../src/process/jobs.js'

/** How a subject differs from the usual one. Its jobs are done by real child processes unless others are given. */
export type SubjectOptions = Partial<SqliteOptions> & { readonly jobs?: JobRunner }

/** A driver beside a database in a temporary folder, which is made by `start` or by the test. */
export interface SqliteSubject {
  readonly driver: Driver
  readonly path: string
  readonly backupDir: string
  /** The driver's kind of that short name, such as `backup`. */
  readonly kind: (name: string) => ActionKind
}

/** With real child processes, without the loaders of tap, which take longer than most of the work. */
const childJobs = createJobRunner({ execArgv: ['--import=tsx'] })

/**
 * Performs tasks in this process, where that is all the same to a test: a child takes longer to start than its work.
 * News are delivered when the task has ended.
 */
export const jobsHere: JobRunner = {
  async run ({ input, signal, onMessage }) {
    signal.throwIfAborted()
    const news: unknown[] = []
    const answer = await performTask(overTheWire(input), told => { news.push(overTheWire(told)) })
    for (const message of news) await onMessage?.(message)
    signal.throwIfAborted()
    return overTheWire(answer)
  }
}

/** What a child would see of a value, and it of a child's. */
function overTheWire<T> (value: unknown): T {
  return JSON.parse(JSON.stringify(value)) as T
}

/** Makes a driver. */
export function createSubject (t: Test, { jobs = childJobs, ...options }: SubjectOptions = {}): SqliteSubject {
  const folder = t.testdir()
  const path = join(folder, 'data', 'app.db')
  const backupDir = join(folder, 'backups')
  const driver = createSqliteDriver(
    { path, backupDir, nodeId: 'node-1', clusterId: null, clusterDisplayName: null, addresses: {}, ...options },
    { jobs, log: silentLogger }
  )
  return {
    driver,
    path,
    backupDir,
    kind (name) {
      const found = driver.kinds.find(kind => kind.kind === `sqlite.steward/${name}`)
      if (found === undefined) throw new Error(`There is no kind ${name}`)
      return found
    }
  }
}

/** Runs SQL on a connection that is closed after it; the rows of the last statement, where it returns any. */
export function sql (path: string, statements: string): unknown[] {
  const database = new Database(path, { fileMustExist: true })
  try {
    const parts = statements.split(';').filter(part => part.trim() !== '')
    let rows: unknown[] = []
    for (const part of parts) {
      const statement = database.prepare(part)
      if (statement.reader) rows = statement.all()
      else statement.run()
    }
    return rows
  } finally {
    database.close()
  }
}

/** Adds a table `t` of that many rows of about a kilobyte. */
export function fill (path: string, rows: number): void {
  sql(path, `
    pragma synchronous = off;
    create table t (n integer primary key, v integer not null, b blob not null);
    with recursive c (x) as (select 1 union all select x + 1 from c where x < ${rows})
      insert into t select x, 0, randomblob(1000) from c`)
}
