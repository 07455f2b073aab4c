import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { createClient } from '../../src/client/client.js'
import type { TransitionEvent } from '../../src/client/events.js'
import { createListeners } from '../../src/ui/live/listeners.js'
import { createTenure } from '../../src/ui/live/tenure.js'
import { eventually } from '../support/eventually.js'

t.test('calls end with the token that they were made with, and later ones do not', async t => {
  const asked: Array<{ body: string, response: ServerResponse }> = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', piece => { body += String(piece) }).on('end', () => { asked.push({ body, response }) })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const client = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  const tenure = createTenure(client)
  const old: Array<Promise<unknown>> = [client.schedule({ kind: 'a/b' }), client.page()]
  await eventually('both were asked', () => asked.length === 2)

  const ended = Promise.all(old.map(async call => { await t.rejects(call, { message: /another token is used/ }) }))
  tenure.end()
  await ended
  const next = client.schedule({ kind: 'c/d' })
  await eventually('it was asked', () => asked.length === 3)
  asked[2]!.response.writeHead(202, { 'content-type': 'application/json' }).end('{"id":"x"}')

  t.match(await next, { action: { id: 'x' }, fresh: true })
  t.equal(asked[2]!.body, '{"kind":"c/d"}')
})

t.test('a listener that fails keeps no other from hearing, and is reported', async t => {
  const { listen, tell, resync, drop } = createListeners()
  const reported: unknown[] = []
  const { setTimeout: real } = globalThis
  t.teardown(() => { globalThis.setTimeout = real })
  globalThis.setTimeout = ((work: () => void, ms?: number) => real(() => {
    try {
      work()
    } catch (error) {
      reported.push(error)
    }
  }, ms)) as typeof real
  const heard: unknown[] = []
  listen({ events: () => { throw new Error('no') }, resync: () => { throw new Error('neither') } })
  listen({ events: events => { heard.push(...events) }, resync: () => { heard.push('anew') } })
  const event = { type: 'transition', id: 's-1' } as TransitionEvent

  tell(event)
  resync()
  tell(event)
  drop()
  resync()

  t.strictSame(heard, [event, 'anew', 'anew'], 'what was dropped is not told')
  await eventually('the errors are known', () => reported.length === 3)
})
