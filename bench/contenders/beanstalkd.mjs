import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Jackd from 'jackd'
import { freePort } from '../harness/free-port.mjs'
import { loop } from './loop.mjs'
import { startServer, untilListening } from './server.mjs'

/**
 * beanstalkd, through jackd. Default: in memory. Durable: a log that is synced at each write. The connection that adds
 * and the one that works are two, since a connection that waits for a job can do nothing else.
 *
 * @type {import('./peer.js').OpenPeer}
 */
export const open = async ({ folder, durable }) => {
  const port = await freePort()
  const log = join(folder, 'log')
  mkdirSync(log)
  const server = await startServer({
    command: 'beanstalkd',
    args: ['-l', '127.0.0.1', '-p', String(port), ...durable ? ['-b', log, '-f', '0'] : []],
    folder,
    ready: async () => await untilListening({ host: '127.0.0.1', port })
  })
  const Client = Jackd.default ?? Jackd
  const connect = async () => {
    const client = await new Client().connect({ host: '127.0.0.1', port })
    client.socket.setNoDelay(true)
    return client
  }
  const producer = await connect()
  return {
    add: async job => await producer.put(job),
    work: async handler => {
      const consumer = await connect()
      loop(async () => {
        const { id } = await consumer.reserve()
        await handler()
        await consumer.delete(id)
      })
    },
    close: async () => { await server.stop() }
  }
}
