import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import { fastify } from 'fastify'
import t from 'tap'
import { silentLogger } from '../../src/domain/log.js'
import { installBacklog } from '../../src/http/backlog.js'
import { installConnectionLimits } from '../../src/http/connections.js'
import { createExchanges } from '../../src/http/exchanges.js'
import { installFairTurns } from '../../src/http/fair-turns.js'
import { eventually } from '../support/eventually.js'
import { connectRaw, rawGet } from '../support/raw-http.js'

t.test('what is scheduled at the path of a list does not wait behind long lists', async t => {
  const app = fastify()
  t.teardown(async () => { await app.close() })
  installFairTurns(app)
  const begun: string[] = []
  app.get('/actions', () => {
    begun.push('list')
    return 'a'.repeat(300_000)
  })
  app.post('/actions', () => {
    begun.push('schedule')
    return 'b'
  })

  await app.inject('/actions')
  const list = async () => await app.inject('/actions')
  await Promise.all([list(), list(), list(), app.inject({ method: 'POST', url: '/actions' })])

  t.equal(begun.length, 5)
  t.not(begun.at(-1), 'schedule', 'it came last, and did not begin last')
})

t.test('the answer to who has left is not kept account of: nothing would end that', async t => {
  const app = fastify()
  t.teardown(async () => { await app.close() })
  const exchanges = createExchanges()
  let accounts = 0
  const whenOver: typeof exchanges.whenOver = (...parameters) => {
    accounts++
    return exchanges.whenOver(...parameters)
  }
  app.decorateReply('exchange', null)
  app.addHook('onRequest', async (_request, reply) => { exchanges.begin(reply) })
  installBacklog(app, { exchanges: { ...exchanges, whenOver }, log: silentLogger, limit: 1_000_000 })
  app.get('/gone', request => {
    request.raw.socket.destroy()
    return 'a'.repeat(20_000)
  })
  const answered = new Promise<void>(resolve => {
    app.addHook('onSend', async () => { resolve() })
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })

  connectRaw(t, url).send(rawGet('/gone'))
  await answered

  t.equal(accounts, 0)
})

const prlimit = '/usr/bin/prlimit'

t.test('who leaves at the end of a TLS handshake takes nothing of the limit of connections with it', async t => {
  if (!existsSync(prlimit)) {
    t.pass('few files', { skip: 'needs prlimit: apt-get install util-linux' })
    return
  }
  const app = fastify()
  t.teardown(async () => { await app.close() })
  installConnectionLimits(app, createExchanges())
  let taken = 0
  app.server.on('connection', () => { taken++ })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const count = promisify(app.server.getConnections.bind(app.server))
  const softLimit = (files: number): void => {
    execFileSync(prlimit, ['--pid', String(process.pid), `--nofile=${files}:`])
  }
  // The limit is read at the first connection: 75 of these.
  softLimit(100)
  await connectRaw(t, url).connected
  await eventually('it is there', async () => await count() === 1)
  softLimit(1000)

  // What Node hands over then has no address any more.
  app.server.emit('secureConnection', new Socket())
  await Promise.all(Array.from({ length: 100 }, async () => { await connectRaw(t, url).connected }))

  await eventually('all have been taken', () => taken === 101)
  await eventually('the oldest give way', async () => await count() <= 75)
})
