import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { buildDBClient, Runner, SqliteQueue } from 'liteque'
import { orEnd } from './loop.mjs'

/**
 * liteque on SQLite. Default: WAL with synchronous=NORMAL. Durable: synchronous=FULL. It polls whenever it has found
 * nothing, and names no default: here every millisecond.
 *
 * @type {import('./peer.js').OpenPeer}
 */
export const open = async ({ folder, durable }) => {
  const database = buildDBClient(join(folder, 'liteque.db'), { runMigrations: true })
  if (durable) database.run(sql.raw('pragma synchronous = full'))
  // Its worker hands an asynchronous function to better-sqlite3's transactions. Old versions committed such a one at
  // its first await, before it had done anything; newer ones refuse it. This is what the old ones came to.
  database.transaction = async work => await work(database)
  const queue = new SqliteQueue('jobs', database, { defaultJobArgs: { numRetries: 0 }, keepFailedJobs: false })
  return {
    add: async job => await queue.enqueue(job),
    work: handler => {
      const runner = new Runner(queue, { run: handler }, { concurrency: 1, pollIntervalMs: 1, timeoutSecs: 3600 })
      orEnd(runner.run())
    },
    close: () => {}
  }
}
