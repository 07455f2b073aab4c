import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { createClient } from '../../src/client/client.js'
import { AgentRefusal } from '../../src/client/errors.js'
import type { StewardClient } from '../../src/client/model.js'
import { patiently } from '../../src/client/patience.js'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

interface Strange {
  readonly client: StewardClient
  readonly url: string
}

/** A client of a server with one answer to everything, and its address. */
async function strange (answer: Answer, options: { timeoutMs?: number, token?: string } = {}): Promise<Strange> {
  const server = createServer((request, response) => { answer(response, request) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, client: createClient({ url, ...options }) }
}

const calls: Readonly<Record<string, (client: StewardClient) => Promise<unknown>>> = {
  schedule: async client => await client.schedule({ kind: 'a/b' }),
  action: async client => await client.action('x'),
  follow: async client => await client.follow('x', { patienceMs: 0 }).next(),
  cancel: async client => await client.cancel('x'),
  list: async client => await client.list().next(),
  kinds: async client => await client.kinds(),
  kind: async client => await client.kind('a/b'),
  agentInfo: async client => await client.agentInfo(),
  activity: async client => await client.activity(),
  datastoreInfo: async client => await client.datastoreInfo(),
  shards: async client => await client.shards(),
  whoAmI: async client => await client.whoAmI(),
  readiness: async client => await client.readiness(),
  events: async client => await client.events({ patienceMs: 0 }).next()
}

t.test('what answers in another way than an agent is told as that, whatever is asked', async t => {
  for (const body of ['<html>', '{}', '[]', 'null', '"x"', '']) {
    const { client } = await strange(response => { response.end(body) })
    for (const [name, call] of Object.entries(calls)) {
      await t.rejects(call(client), { name: 'AgentUnreachable', message: /what answers there is no Steward/ }, `${name} ${body}`)
    }
  }
})

t.test('a redirect is followed nowhere, and told with its place', async t => {
  const asked: unknown[] = []
  const elsewhere = await strange((response, request) => {
    asked.push(request.headers.authorization ?? 'asked')
    response.end('{}')
  })
  for (const status of [301, 302, 303, 307, 308]) {
    const { client } = await strange(response => { response.writeHead(status, { location: elsewhere.url }).end() }, { token: 'secret' })
    for (const [name, call] of Object.entries(calls)) {
      await t.rejects(call(client), { name: 'AgentRefusal', status, message: `it points to ${elsewhere.url}` }, `${name} ${status}`)
    }
  }
  t.same(asked, [])
})

t.test('a problem whose errors are none is an answer of somebody else', async t => {
  const problem = { type: 'https://x.example/y', title: 't', status: 409, detail: 'd', errors: 7 }
  const { client } = await strange(response => { response.writeHead(409).end(JSON.stringify(problem)) })
  await t.rejects(client.agentInfo(), { name: 'AgentRefusal', status: 409, problem: null })
})

t.test('a token that cannot be sent is not told', async t => {
  const { client } = await strange(response => { response.end('{}') }, { token: 'geheim\nx: y' })
  await t.rejects(client.agentInfo(), { message: /^the token holds characters that no token has, or none$/ })
})

t.test('patience counts the time of a hanging agent, too', async t => {
  let asked = 0
  const { client } = await strange(() => { asked++ }, { timeoutMs: 300 })
  await t.rejects(client.outcome('x', { patienceMs: 250 }), /did not answer in time/)
  t.equal(asked, 2, 'once, and again after the first pause')
})

t.test('a stream that has fallen silent is opened again after what came last', async t => {
  const [asked, troubles]: [unknown[], string[]] = [[], []]
  const { client } = await strange((response, request) => {
    asked.push(request.headers['last-event-id'])
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const data = JSON.stringify({ action_id: 'a', kind: 'k', state: 'NEW' })
    response.write(`event: transition\nid: ${asked.length}\ndata: ${data}\n\n`)
  })
  const ids: unknown[] = []
  for await (const { id } of client.events({ silenceMs: 50, onTrouble: ({ message }) => { troubles.push(message) } })) {
    ids.push(id)
    if (ids.length === 3) break
  }
  t.strictSame(ids, ['1', '2', '3'])
  t.strictSame(asked, [undefined, '1', '2'])
  t.match(troubles[0], /cannot be reached: it did not answer in time/)
})

t.test('who asks to wait for months is asked again in a minute', async t => {
  const waits: unknown[] = []
  const end = new AbortController()
  const { setTimeout: real } = globalThis
  t.teardown(() => { globalThis.setTimeout = real })
  globalThis.setTimeout = ((work: () => void, ms: number) => {
    waits.push(ms)
    setImmediate(() => { end.abort(new Error('enough')) })
    return real(work, ms)
  }) as typeof real
  const busy = new AgentRefusal(new Response(null, { status: 503, headers: { 'retry-after': '9999999' } }), null)

  await t.rejects(patiently(async () => { throw busy }, { patienceMs: Infinity, signal: end.signal }), { message: 'enough' })

  t.strictSame(waits, [60_000])
})
