import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Queue from 'better-queue'
import SqliteStore from 'better-queue-sqlite'

/**
 * better-queue with better-queue-sqlite. Default: no sync at all, and a job counts as queued before it is written.
 * Durable: WAL with synchronous=FULL, and a job counts as queued when the store has written it.
 *
 * @type {import('./peer.js').OpenPeer}
 */
export const open = async ({ folder, durable }) => {
  const store = new SqliteStore({ path: join(folder, 'better-queue.db') })
  let handle = async () => {}
  const queue = new Queue((_job, done) => { handle().then(() => done(null), done) }, {
    // One job at a time, no delays: its fastest that is no batch.
    ...{ store, batchSize: 1, concurrent: 1, afterProcessDelay: 0, autoResume: false }
  })
  queue.pause()
  const written = promisify(store._afterWritten).bind(store)
  // The store connects as soon as the queue is made; the first statement waits for that.
  while (store._putCargo === undefined || !queue._connected) await new Promise(resolve => setImmediate(resolve))
  if (durable) await promisify(store._db.exec).call(store._db, 'pragma journal_mode = wal; pragma synchronous = full')
  return {
    async add (job) {
      const ticket = queue.push(job)
      await once(ticket, 'queued')
      if (durable) await written()
    },
    work: handler => {
      handle = handler
      queue.resume()
    },
    close: () => {}
  }
}
