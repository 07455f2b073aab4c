import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import { startPostgres } from './postgres.mjs'

const logger = new Logger(() => (level, message) => { if (level === 'error') console.error(message) })

/**
 * graphile-worker 0.17, the last that runs on Node 20. Durable: PostgreSQL's default, synchronous_commit=on. Loose:
 * off. PostgreSQL tells the worker of new jobs (LISTEN), so that it does not wait for a poll; no local queue, which
 * would take many jobs at a time.
 *
 * @type {import('./peer.js').OpenPeer}
 */
export const open = async options => {
  const { connection, stop } = await startPostgres(options)
  // It wants to see that somebody listens for errors. PostgreSQL ends before its clients do: those mean nothing.
  const pool = () => new pg.Pool({ ...connection, max: 10 })
    .on('error', () => {})
    .on('connect', client => { client.on('error', () => {}) })
  const utils = await makeWorkerUtils({ pgPool: pool(), logger })
  await utils.migrate()
  return {
    add: async job => await utils.addJob('job', job, { maxAttempts: 1 }),
    work: async handler => {
      await run({ pgPool: pool(), logger, concurrency: 1, noHandleSignals: true, taskList: { job: handler } })
    },
    close: stop
  }
}
