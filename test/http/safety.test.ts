import t from 'tap'
import type { Observer } from '../../src/domain/ports/observer.js'
import { hostName } from '../../src/http/guard.js'
import { openHttpApp } from '../support/http-app.js'
import { connectRaw, rawPost } from '../support/raw-http.js'

const ping = 'agent.replicante.io/test.ping'

t.test('the Host header must be a configured name, a loopback name or an address', async t => {
  const { get } = await openHttpApp(t, { config: { hosts: ['Agent.example'] } })
  const good = ['localhost', 'LOCALHOST:8000', 'a.localhost:1', '127.0.0.1', '10.1.2.3:8000', '[::1]:8000', '[fe80::1]', 'agent.example', 'AGENT.example.:443']
  const bad = ['evil.example', 'localhost.evil.example', 'agent.example.evil', '[::1', '::1', 'a@localhost', '127.0.0.1.evil', 'localhost:x']

  for (const host of good) t.equal((await get('/livez', { host })).statusCode, 200, host)
  for (const host of bad) {
    const answer = await get('/livez', { host })
    t.equal(answer.statusCode, 403, host)
    t.match(answer.json(), { type: '/problems/host-refused' }, host)
  }
  t.equal(hostName('[::1]:80'), '::1')
})

t.test('a Host header that is there twice is refused: what stands in between may have read the other', async t => {
  const app = await openHttpApp(t)
  const connection = connectRaw(t, await app.listen())

  connection.send('GET /livez HTTP/1.1\r\nhost: localhost\r\nHOST: evil.example\r\nconnection: close\r\n\r\n')

  t.match(await connection.closed, /^HTTP\/1\.1 400 [^]*\/problems\/invalid-header/)
})

t.test('pages of foreign origins are refused, own ones are not', async t => {
  const { get, post } = await openHttpApp(t)
  const own = { host: 'localhost:8000' }
  const refused = { type: '/problems/origin-refused', status: 403 }

  t.equal((await get('/api', { ...own, origin: 'http://localhost:8000' })).statusCode, 200)
  t.equal((await get('/api', { host: 'localhost', origin: 'http://localhost:80' })).statusCode, 200)
  for (const origin of ['http://localhost:3000', 'https://evil.example', 'null', 'http://localhost:8000.evil.example', 'file://']) {
    t.match((await get('/api', { ...own, origin })).json(), refused, origin)
  }
  t.match((await get('/api', { ...own, 'sec-fetch-site': 'cross-site' })).json(), refused)
  t.equal((await get('/api', { ...own, 'sec-fetch-site': 'same-origin' })).statusCode, 200)
  const answer = await post('/api/v1/actions', { kind: ping }, { ...own, origin: 'https://evil.example' })
  t.match(answer.json(), refused)
  t.notOk(answer.headers['access-control-allow-origin'])
})

t.test('configured origins are allowed, and only they', async t => {
  const { app, get } = await openHttpApp(t, { config: { origins: ['https://ops.example'] } })
  const preflight = (origin: string) => app.inject({
    method: 'OPTIONS', url: '/api/v1/actions', headers: { origin, 'access-control-request-method': 'POST' }
  })

  const answer = await preflight('https://ops.example')
  t.equal(answer.statusCode, 204)
  t.match(answer.headers, {
    'access-control-allow-origin': 'https://ops.example', 'access-control-allow-methods': /POST/, 'access-control-allow-headers': /content-type/
  })
  t.equal((await preflight('https://evil.example')).statusCode, 403)
  const read = await get('/api', { origin: 'https://ops.example', 'sec-fetch-site': 'cross-site' })
  t.match(read, { statusCode: 200, headers: { 'access-control-allow-origin': 'https://ops.example', vary: /origin/i } })
})

t.test('without configured origins nothing speaks of CORS', async t => {
  const { app } = await openHttpApp(t)
  const answer = await app.inject({
    method: 'OPTIONS', url: '/api/v1/actions', headers: { origin: 'http://localhost:80', 'access-control-request-method': 'POST' }
  })

  t.equal(answer.statusCode, 405)
  t.notOk(Object.keys(answer.headers).some(name => name.startsWith('access-control')))
})

t.test('every POST needs the JSON content type, also without a body', async t => {
  const { app } = await openHttpApp(t)
  const send = (headers: Record<string, string>, payload?: string) => app.inject({
    method: 'POST', url: '/api/v1/actions', headers, ...(payload === undefined ? {} : { payload })
  })
  const body = JSON.stringify({ kind: ping })

  const bad = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=latin1', 'application/jsonp', '']
  for (const type of bad) t.match((await send({ 'content-type': type }, body)).json(), { type: '/problems/unsupported-media-type', status: 415 }, type)
  t.equal((await send({})).statusCode, 415)
  t.equal((await app.inject({ method: 'POST', url: '/api/v1/actions/x/cancel' })).statusCode, 415)
  for (const type of ['application/json', 'APPLICATION/JSON; charset=UTF-8']) t.equal((await send({ 'content-type': type }, body)).statusCode, 202, type)
})

t.test('a body over the limit is refused, with and without its length', async t => {
  const app = await openHttpApp(t, { config: { bodyLimit: 1000 } })
  const base = await app.listen()
  const large = JSON.stringify({ kind: ping, args: 'x'.repeat(20_000) })
  const headers = { 'content-type': 'application/json' }

  t.match((await app.post('/api/v1/actions', large)).json(), { type: '/problems/body-too-large', status: 413, detail: /1000 bytes/ })
  const chunked = new ReadableStream({
    start (controller) {
      controller.enqueue(new TextEncoder().encode(large))
      controller.close()
    }
  })
  const answer = await fetch(`${base}/api/v1/actions`, { method: 'POST', headers, body: chunked, duplex: 'half' } as RequestInit)
  t.equal(answer.status, 413)
})

t.test('every answer has the id of its request', async t => {
  const { get } = await openHttpApp(t)

  t.equal((await get('/livez', { 'x-request-id': 'abc-1.2:3' })).headers['x-request-id'], 'abc-1.2:3')
  for (const id of ['two words', 'x'.repeat(65), '"x"', '']) {
    t.match((await get('/nothing', { 'x-request-id': id })).headers['x-request-id'], /^[0-9a-f-]{36}$/, id)
  }
  const refused = await get('/livez', { host: 'evil.example', 'x-request-id': 'seen' })
  t.equal(refused.headers['x-request-id'], 'seen')
  t.match(refused.json().instance, /seen$/)
  const unusual = { '/%': 400, '/nothing': 404, '/api/unstable/nothing': 404 }
  for (const [url, status] of Object.entries(unusual)) {
    const answer = await get(url, { 'x-request-id': 'seen' })
    t.match(answer, { statusCode: status, headers: { 'x-request-id': 'seen' } }, url)
  }
})

t.test('what went wrong inside is logged under the id, and not told', async t => {
  const inspector = { shards: async () => { throw new Error('the password is hunter2') } }
  const { get, logged } = await openHttpApp(t, { inspector })

  const answer = await get('/api/v1/shards', { 'x-request-id': 'r-1' })

  t.equal(answer.statusCode, 500)
  t.match(answer.json(), { type: '/problems/internal', detail: /r-1/ })
  t.notMatch(answer.body, /hunter2/)
  t.match(logged().filter(line => line['request'] === 'r-1' && line['level'] === 50), [{ err: { message: /hunter2/ } }])
})

t.test('requests are logged and counted by route; query strings never', async t => {
  const requests: Array<{ method: string, route: string, status: number }> = []
  const request: Observer['request'] = ({ method, route, status }) => { requests.push({ method, route, status }) }
  const { get, post, logged } = await openHttpApp(t, { observer: { request } })

  await get('/api/v1/actions/0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11?wait=geheim')
  await get('/api/v1/kinds/agent.steward/test.script?token=geheim')
  await get('/geheim?geheim')
  await post('/api/v1/actions?token=geheim', { kind: ping })

  t.same(requests, [
    { method: 'GET', route: '/api/v1/actions/:id', status: 400 },
    { method: 'GET', route: '/api/v1/kinds/*', status: 200 },
    { method: 'GET', route: 'unknown', status: 404 },
    { method: 'POST', route: '/api/v1/actions', status: 202 }
  ])
  t.notMatch(JSON.stringify(logged()), /geheim/)
  t.same(logged().filter(line => line['msg'] === 'request').map(line => line['level']), [20, 20, 20, 30])
})

t.test('a client that sends its request too slowly is cut off', async t => {
  const app = await openHttpApp(t, { config: { requestTimeoutSeconds: 1 } })
  const url = await app.listen()
  const [inHeaders, inBody] = [connectRaw(t, url), connectRaw(t, url)]

  inHeaders.send('GET /livez HTTP/1.1\r\nhost: localhost\r\nx-a: ')
  inBody.send(rawPost('/api/v1/actions', '{', 100))

  for (const answer of await Promise.all([inHeaders.closed, inBody.closed])) t.match(answer, /^HTTP\/1\.1 408 /)
})

t.test('what is no HTTP gets an answer and no more', async t => {
  const app = await openHttpApp(t)
  const url = await app.listen()
  const [garbage, longHeader, withoutHost] = [connectRaw(t, url), connectRaw(t, url), connectRaw(t, url)]

  garbage.send('\x16\x03\x01 hello\r\n\r\n')
  longHeader.send(`GET / HTTP/1.1\r\nhost: localhost\r\nx-a: ${'x'.repeat(20_000)}\r\n\r\n`)
  withoutHost.send('GET /livez HTTP/1.0\r\n\r\n')

  t.match(await garbage.closed, /^HTTP\/1\.1 400 [^]*application\/problem\+json/)
  t.match(await longHeader.closed, /^HTTP\/1\.1 431 /)
  t.match(await withoutHost.closed, /^HTTP\/1\.1 403 /, 'a request that names no host is refused like one that names another')
})
