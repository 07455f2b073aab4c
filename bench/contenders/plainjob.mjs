import { join } from 'node:path'
import Database from 'better-sqlite3'
import { better, defineQueue, defineWorker } from 'plainjob'
import { orEnd } from './loop.mjs'

const silent = { error: console.error, warn () {}, info () {}, debug () {} }

/**
 * plainjob on SQLite. Default: WAL with synchronous=NORMAL, a poll every second. Durable: synchronous=FULL, and a poll
 * every millisecond, the shortest that a timer can do.
 *
 * @type {import('./peer.js').OpenPeer}
 */
export const open = async ({ folder, durable }) => {
  const database = new Database(join(folder, 'plainjob.db'))
  const queue = defineQueue({ connection: better(database), logger: silent })
  // Afterwards: defineQueue sets it to NORMAL.
  if (durable) database.pragma('synchronous = full')
  return {
    add: async ({ kind, args }) => queue.add(kind, args),
    work: handler => {
      const options = { queue, logger: silent, ...durable ? { pollIntervall: 1 } : {} }
      orEnd(defineWorker('agent.replicante.io/debug.success', handler, options).start())
    },
    close: () => { database.close() }
  }
}
