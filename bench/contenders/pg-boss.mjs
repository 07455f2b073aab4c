import { setTimeout } from 'node:timers/promises'
import PgBoss from 'pg-boss'
import { loop } from './loop.mjs'
import { startPostgres } from './postgres.mjs'

/**
 * pg-boss 10, the last that runs on Node 20. Durable: PostgreSQL's default, synchronous_commit=on. Loose: off.
 *
 * Its `work` takes one batch per polling interval, and half a second is the shortest: two jobs a second without
 * batches. So the worker here asks for the next job itself, by `fetch` and `complete`, and after a millisecond when
 * there was none.
 *
 * @type {import('./peer.js').OpenPeer}
 */
export const open = async options => {
  const { connection, stop } = await startPostgres(options)
  const boss = new PgBoss({ ...connection, supervise: false, schedule: false })
  boss.on('error', error => { console.error(error) })
  await boss.start()
  await boss.createQueue('jobs')
  return {
    add: async job => await boss.send('jobs', job),
    work: handler => {
      loop(async () => {
        const [job] = await boss.fetch('jobs', { batchSize: 1 })
        if (job === undefined) return await setTimeout(1)
        await handler()
        await boss.complete('jobs', job.id)
      })
    },
    close: stop
  }
}
