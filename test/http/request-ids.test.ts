import t, { type Test } from 'tap'
import { createAccess } from '../../src/access/access.js'
import { systemClock as clock } from '../../src/domain/clock.js'
import { openHttpApp, type HttpApp } from '../support/http-app.js'
import { recordLog } from '../support/log-record.js'
import { connectRaw, rawPost } from '../support/raw-http.js'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${trace}-00f067aa0ba902b7-01`

/** Sends what never becomes a request; resolves with the status and the id of the answer. */
async function refusedRaw (t: Test, url: string, text: string): Promise<{ status: number, id: string | undefined }> {
  const connection = connectRaw(t, url)
  connection.send(text)
  const answer = await connection.closed
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), id: /\r\nx-request-id: (\S+)\r\n/.exec(answer)?.[1] }
}

/** The one line about a request that the log has under this id. */
function lineOf ({ logged }: HttpApp, id: string | undefined): Record<string, unknown> {
  const [line, ...more] = logged().filter(({ request, msg }) => request === id && msg === 'request')
  if (line === undefined || more.length > 0) throw new Error(`${more.length + Number(line !== undefined)} lines`)
  return line
}

t.test('what never becomes a request is answered with an id, under which the log tells of it', async t => {
  const app = await openHttpApp(t, { config: { requestTimeoutSeconds: 1 } })
  const url = await app.listen()

  const cases: Record<string, number> = {
    'GARBAGE\r\n\r\n': 400,
    [`GET / HTTP/1.1\r\nhost: localhost\r\nx-a: ${'x'.repeat(20_000)}\r\n\r\n`]: 431,
    'GET /livez HTTP/1.1\r\nhost: localhost\r\nx-a: ': 408
  }
  for (const [text, status] of Object.entries(cases)) {
    const answer = await refusedRaw(t, url, text)
    t.equal(answer.status, status)
    t.match(lineOf(app, answer.id), { status, remote: '127.0.0.1' })
  }
})

t.test('a request that is cut off in the middle is answered with its own id', async t => {
  const app = await openHttpApp(t, { config: { requestTimeoutSeconds: 1 } })
  const url = await app.listen()

  const text = rawPost('/api/v1/actions', '{', 100).replace('\r\n', '\r\nx-request-id: r-7\r\n')
  t.strictSame(await refusedRaw(t, url, text), { status: 408, id: 'r-7' })

  t.match(lineOf(app, 'r-7'), { status: 408, route: '/api/v1/actions' })
})

t.test('also what is refused before any route has it has its id', async t => {
  const app = await openHttpApp(t, { config: { bodyLimit: 1000 } })
  const headers = { 'x-request-id': 'r-1', traceparent }
  const statusOf = async (asked: ReturnType<HttpApp['get']>): Promise<number> => {
    const answer = await asked
    t.equal(answer.headers['x-request-id'], 'r-1')
    return answer.statusCode
  }
  t.equal(await statusOf(app.get('/%', headers)), 400)
  t.equal(await statusOf(app.get('/nothing', headers)), 404)
  t.equal(await statusOf(app.get('/livez', { ...headers, host: 'evil.example' })), 403)
  t.equal(await statusOf(app.post('/api/v1/actions', { kind: 'x'.repeat(2000) }, headers)), 413)
  t.equal(await statusOf(app.post('/api/v1/actions', '{', headers)), 400)
  app.endWaits()
  t.equal(await statusOf(app.get('/api/v1/kinds', headers)), 503)
})

t.test('what Node would answer by itself has an id and a line in the log too', async t => {
  const app = await openHttpApp(t)
  const url = await app.listen()

  const hostless = await refusedRaw(t, url, 'POST /livez HTTP/1.1\r\n\r\n')
  t.equal(hostless.status, 400)
  t.match(lineOf(app, hostless.id), { status: 400, remote: '127.0.0.1' })

  const expecting = rawPost('/api/v1/actions', '{}', 2).replace('\r\n', '\r\nexpect: much\r\nconnection: close\r\n')
  const answered = await refusedRaw(t, url, expecting)
  t.equal(answered.status, 400, 'an expectation that nobody knows does not count')
  t.match(lineOf(app, answered.id), { status: 400, route: '/api/v1/actions' })
})

t.test('a failed login is logged under the id of its request', async t => {
  const { log, lines } = recordLog()
  const access = createAccess({
    host: '0.0.0.0',
    actions: 'auto',
    encrypted: true,
    certificates: null,
    tokens: { find: () => ({ refused: 'it is not known', id: null }), isStillValid: () => false },
    localScopes: [],
    failuresPerMinute: 10,
    clock,
    log
  })
  const { get } = await openHttpApp(t, { access })

  t.equal((await get('/api/v1/kinds', { 'x-request-id': 'r-9', authorization: 'Bearer no' })).statusCode, 401)

  t.match(lines().map(line => JSON.parse(line) as object), [{ request: 'r-9', msg: 'a login failed' }])
})

t.test('the line of a request names the trace that it belongs to; the id of a request is never that of a trace', async t => {
  const app = await openHttpApp(t)

  await app.get('/api/v1/kinds', { 'x-request-id': 'in-a-trace', traceparent })
  await app.get('/api/v1/kinds', { 'x-request-id': 'in-none', traceparent: 'nonsense' })
  const { headers } = await app.get('/api/v1/kinds', { traceparent })

  t.equal(lineOf(app, 'in-a-trace')['trace'], trace)
  t.notOk('trace' in lineOf(app, 'in-none'))
  t.not(headers['x-request-id'], trace)
})

t.test('an action shows the request and the trace that it came with', async t => {
  const { get, post } = await openHttpApp(t)
  const body = { kind: 'agent.replicante.io/test.ping' }

  const traced = await post('/api/v1/actions', body, { traceparent, tracestate: 'a=1', 'x-request-id': 'r-1' })
  const untraced = await post('/api/v1/actions', body, { traceparent: `${traceparent}, ${traceparent}` })

  t.match(traced.json(), { traceparent, request_id: 'r-1' })
  t.match((await get(String(traced.headers.location))).json(), { traceparent, request_id: 'r-1' })
  t.match(untraced.json(), { traceparent: null, request_id: untraced.headers['x-request-id'] })
})

t.test('pages of origins that are allowed may send traces', async t => {
  const { app } = await openHttpApp(t, { config: { origins: ['https://ops.example'] } })
  const answer = await app.inject({
    method: 'OPTIONS', url: '/api/v1/actions', headers: { origin: 'https://ops.example', 'access-control-request-method': 'POST' }
  })
  t.match(answer.headers['access-control-allow-headers'], /traceparent, tracestate/)
})
