import { join } from 'node:path'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { startServer, untilListening } from './server.mjs'

/**
 * BullMQ on a Redis of its own, over a Unix socket, the fastest way there. Default: Redis as Debian ships it, with
 * snapshots only. Durable: an append-only file, synced before each answer.
 *
 * @type {import('./peer.js').OpenPeer}
 */
export const open = async ({ folder, durable }) => {
  const path = join(folder, 'redis.sock')
  const persistence = durable ? ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''] : []
  const server = await startServer({
    command: 'redis-server',
    args: ['--port', '0', '--unixsocket', path, '--dir', folder, ...persistence],
    folder,
    ready: async () => await untilListening({ path })
  })
  const connect = () => new Redis({ path, maxRetriesPerRequest: null })
  const queue = new Queue('jobs', { connection: connect() })
  await queue.waitUntilReady()
  return {
    add: async job => await queue.add(job.kind, job.args),
    work: async handler => {
      const worker = new Worker('jobs', handler, { connection: connect(), concurrency: 1 })
      worker.on('error', error => { console.error(error) })
      await worker.waitUntilReady()
    },
    close: async () => { await server.stop() }
  }
}
