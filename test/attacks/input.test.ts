import { Writable } from 'node:stream'
import t from 'tap'
import { createLogger } from '../../src/telemetry/log.js'
import { eventually } from '../support/eventually.js'
import { connectRaw, rawPost } from '../support/raw-http.js'
import { openAgent, schedulingFaces, success } from './agent.js'

const agent = await openAgent(t, { config: { bodyLimit: 1024 * 1024 } })
const { get, post } = agent

/** The status of a GET whose target goes out as it is, where a client would tidy it up. */
async function statusOf (target: string): Promise<{ readonly status: number, readonly body: string }> {
  const connection = connectRaw(t, agent.url)
  connection.send(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  const body = await connection.closed
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(body)?.[1]), body }
}

const tricks = [
  '../../../../etc/passwd', '..%2f..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/package.json', '%2e%2e%2f%2e%2e%2fpackage.json', '..%5c..%5cpackage.json',
  '%252e%252e%252fpackage.json', '....//....//package.json', '..;/package.json', '%c0%ae%c0%ae%c0%afpackage.json', '%uff0e%uff0e/package.json', '%00',
  'x%00.json', '/etc/passwd', '//etc/passwd', '__proto__', 'constructor', 'hasOwnProperty', 'toString', '%zz', '%', '.', '..', '%2f', '%5c', '~root', ';',
  'x'.repeat(15_000), '%F0%9F%98%80', '%ED%A0%80', 'a%0d%0aSet-Cookie:x=y', '%u0000', 'steward.v1.json%00', 'agent.replicante.io%2fdebug.success%2f..'
]

t.test('no trick in a path leads to a file, to another kind, or to an error inside', async t => {
  const below = [
    '/', '/ui/', '/openapi/', '/docs/', '/docs/static/', '/problems/', '/api/v1/kinds/', '/api/v1/actions/', '/api/unstable/actions/info/',
    '/replisdk/api/unstable/action/'
  ]
  for (const prefix of below) {
    for (const trick of tricks) {
      const { status, body } = await statusOf(prefix + trick)
      const name = `${prefix}${trick.slice(0, 60)}`
      if (!(status < 500)) t.fail(`${name}: ${status} ${body.slice(-200)}`)
      if (/root:|better-sqlite3|^set-cookie/im.test(body)) t.fail(`${name} tells ${body.slice(0, 500)}`)
    }
  }
  const before = agent.actions()
  for (const [prefix, body] of [['/api/unstable/actions/schedule/', {}], ['/activeworkflow/kinds/', schedulingFaces[3].body]] as const) {
    for (const trick of [...tricks, 'AGENT.replicante.io/debug.success', 'agent.replicante.io/debug.succeѕs', 'agent.replicante.io//debug.success']) {
      const connection = connectRaw(t, agent.url)
      connection.send(rawPost(prefix + encodeURI(trick).replaceAll('%25', '%'), JSON.stringify(body)))
      t.match(await connection.until(/\r\n\r\n/), /^HTTP\/1\.1 4\d\d /, `${prefix}${trick.slice(0, 60)}`)
      connection.destroy()
    }
  }
  t.equal(agent.actions(), before, 'nothing was scheduled')
  await agent.goesOn()
})

t.test('no prototype is reached, whatever is named after one', async t => {
  const poison = '{"polluted":true}'
  const bodies = [
    `{"kind":"${success}","__proto__":${poison}}`, `{"kind":"${success}","args":{"__proto__":${poison}}}`,
    `{"kind":"${success}","args":{"constructor":{"prototype":${poison}}}}`, `{"kind":"${success}","headers":{"__proto__":"x"}}`,
    `{"method":"receive","params":{"options":{"kind":"${success}","__proto__":${poison}},"message":{"id":1,"payload":{"constructor":{"prototype":${poison}}}}}}`
  ]
  for (const { path } of schedulingFaces) for (const body of bodies) t.ok((await post(path, body)).statusCode < 500)
  for (const query of ['__proto__[polluted]=true', 'constructor[prototype][polluted]=true', '__proto__=polluted', 'state[__proto__]=NEW']) {
    t.equal((await get(`/api/v1/actions?${query}`)).statusCode, 400, query)
  }
  const connection = connectRaw(t, agent.url)
  connection.send(`POST ${schedulingFaces[1].path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n` +
    'Connection: close\r\n__proto__: polluted\r\nconstructor: polluted\r\nX-Kept: yes\r\n\r\n{}')
  const id = /"id":"([^"]+)"/.exec(await connection.closed)?.[1]
  const { headers } = (await get(`/api/v1/actions/${id}`)).json<{ headers: object }>()

  t.equal(Object.getPrototypeOf(headers), Object.prototype, 'a header of that name is one like any other')
  t.match(headers, { 'x-kept': 'yes' })
  t.notOk('polluted' in {})
  await agent.goesOn()
})

t.test('forged cursors, event ids and ids lead nowhere else', async t => {
  for (let count = 0; count < 5; count++) await agent.goesOn()
  const { next } = (await get('/api/v1/actions?limit=2')).json<{ next: string }>()
  const plain = Buffer.from(next, 'base64url').toString()
  const [store, list] = plain.split('.') as [string, string]
  const forge = (text: string): string => Buffer.from(text).toString('base64url')
  const bad = [
    forge(`${store}.${list}.-1`), forge(`${store}.${list}.1e3`), forge(`${store}.${list}.1 or 1=1`), forge(`${store}.${list}.99999999999999999`),
    forge(`${store}.${'0'.repeat(12)}.1`), forge(`${plain}\n`), forge(`${plain}.1`), forge(plain.toUpperCase()), '!', '%00', 'x'.repeat(4096),
    "';drop table action;--", forge("';drop table action;--")
  ]
  for (const cursor of bad) {
    const answer = await get(`/api/v1/actions?limit=2&cursor=${encodeURIComponent(cursor)}`)
    t.match(answer.json(), { type: /invalid-(cursor|request)/ }, cursor.slice(0, 60))
  }
  for (const forged of [`${'0'.repeat(16)}.${list}.1`, `${store}.${list}.9999999999999999`]) {
    t.equal((await get(`/api/v1/actions?limit=2&cursor=${forge(forged)}`)).statusCode, 410, forged)
  }
  t.match((await get(`/api/v1/actions?limit=2&order=asc&cursor=${next}`)).json(), { type: /invalid-cursor/ }, 'that of another list')
  t.match((await get(`/api/v1/actions?limit=2&kind=x&cursor=${next}`)).json(), { type: /invalid-cursor/ })
  t.equal((await get(`/api/v1/actions?limit=2&cursor=${forge(`${store}.${list}.0`)}`)).json<{ actions: unknown[] }>().actions.length, 0)

  for (const id of ['1; drop table transition', `${store}-1e3`, `${store}-${'9'.repeat(16)}`, `${store} -1`]) {
    t.match((await get('/api/v1/events', { 'last-event-id': id })).json(), { type: /invalid-header/ }, id)
  }
  const elsewhere = connectRaw(t, agent.url)
  elsewhere.send(`GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: ${store}--1\r\n\r\n`)
  t.match(await elsewhere.until(/event: gap[^]*\n\n/), /"reason":"other-store"/, 'what looks like another store\'s begins now')
  for (const id of ["' or 1=1 --", '00000000-0000-0000-0000-00000000000g', '{0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11}', '%', '1e1000']) {
    t.match((await get(`/api/v1/actions/${encodeURIComponent(id)}`)).json(), { type: /invalid-id/ }, id)
    t.equal((await get(`/api/unstable/actions/info/${encodeURIComponent(id)}`)).statusCode, 404)
    t.equal((await get(`/replisdk/api/unstable/action/${encodeURIComponent(id)}`)).statusCode, 404)
  }
  await agent.goesOn()
})

const long = 'a'.repeat(1_000_000)
const deep = (open: string, close: string, levels: number): string => open.repeat(levels) + close.repeat(levels)

t.test('a megabyte that is made to be slow is answered, by every face', async t => {
  const bodies = [
    `{"kind":"${long}"}`, `{"kind":"${success}","requester":"${long}"}`, `{"kind":"${success}","created_ts":"2026-01-01T00:00:00.${'0'.repeat(900_000)}x"}`,
    `{"kind":"${success}","id":"${'0-'.repeat(400_000)}"}`, `{"kind":"${success}","args":${deep('[', ']', 400_000)}}`, `{"kind":"${success}","args":${'9'.repeat(900_000)}}`,
    `{"kind":"${success}","args":{${Array.from({ length: 60_000 }, (_, index) => `"${index}":0`).join(',')}}}`, `{"kind":"${success}","args":"${'\\u0000'.repeat(150_000)}"}`,
    `{"kind":"agent.steward/test.script","args":{"steps":[${'{},'.repeat(200_000)}{}]}}`,
    '{"kind":"agent.replicante.io/test.ping","args":{"count":1e400}}',
    `{"kind":"${success}","kind":"${success}"}`, `\ufeff{"kind":"${success}"}`, '{"kind":"\\ud800"}', `${' '.repeat(900_000)}{`
  ]
  for (const { path } of schedulingFaces) {
    for (const body of bodies) t.ok((await post(path, body)).statusCode < 500, path)
  }
  await agent.goesOn()
})

t.test('headers and queries as long as they may be are answered', async t => {
  const fill = (text: string): string => text.repeat(Math.floor(15_000 / text.length))
  const headers = {
    accept: fill('text/html,;'),
    'content-type': `application/json${fill(' ')};`,
    origin: `http://${fill('a:80')}`,
    host: fill('a.'),
    'if-none-match': fill('W/"",'),
    'idempotency-key': `"${fill('\\"')}`,
    'last-event-id': fill('-1'),
    'x-request-id': fill('a-'),
    'user-agent': fill('\x80')
  }
  for (const [name, value] of Object.entries(headers)) {
    t.ok((await get('/api/v1/actions', { [name]: value })).statusCode < 500, name)
    for (const { path, body } of schedulingFaces) t.ok((await post(path, body, { [name]: value })).statusCode < 500, `${name} of ${path}`)
  }
  for (const [name, value] of Object.entries({ since: '2026-01-01T00:00:00.0', wait: '1', state: 'NEW,', protocol: 'a,', kind: 'a', cursor: 'a', limit: '1' })) {
    t.ok((await get(`/api/v1/actions?${name}=${encodeURIComponent(fill(value)).slice(0, 15_000)}`)).statusCode < 500, name)
  }
  await agent.goesOn()
})

const forged = 'x\n[00:00:00] INFO: forged\u001b[2J\u009b31m\u2028\u202e\u007f'
// eslint-disable-next-line no-control-regex -- what a terminal obeys
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/

t.test('no log line can be forged, nor tell a terminal what to do', async t => {
  for (const pretty of [false, true]) {
    const lines: string[] = []
    const destination = new Writable({
      write (chunk: Buffer, _encoding, next) {
        lines.push(chunk.toString())
        next()
      }
    })
    const log = createLogger({ level: 'info', pretty, destination })
    log.warn({ error: forged, kind: forged, nested: { [forged]: forged } }, 'action failed')
    log.error({ err: new Error(forged) }, 'a request failed')
    log.error({ err: new Error('a\n[00:00:00] INFO: forged\u001b[2J') }, 'a request failed')
    log.info({}, 'the last')
    await eventually('all is written', () => lines.join('').includes('the last'))

    const text = lines.join('')
    t.match(text, /forged/)
    t.notMatch(text, obeyed, pretty ? 'for people' : 'for programs')
    t.notMatch(text, /^\[00:00:00\]/m, 'what follows a line break stands inside')
    if (!pretty) t.match(JSON.parse(text.split('\n')[0] ?? ''), { error: forged }, 'nothing is lost')
  }
})

t.test('what callers say stays out of the log, of metrics and of the frames of events', async t => {
  const words = 'forged"}\r\nevent: forged\n\n'
  const app = await openAgent(t, { engine: {} })
  const watcher = connectRaw(t, app.url)
  watcher.send('GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await watcher.until(/event stream/)

  for (const url of ['/forged', '/api/v1/kinds/forged%0d%0aforged', '/api/v1/actions?kind=forged%0a', '/openapi/forged']) {
    await app.get(url, { 'x-request-id': 'forged id', 'user-agent': 'forged', referer: 'forged' })
  }
  await app.post('/api/v1/actions', { kind: words })
  await app.post('/api/v1/actions', { kind: 'agent.steward/test.script', args: { steps: [{ do: 'progress', payload: words }, { do: 'done', payload: { [words]: words } }] } })

  const events = await watcher.until(/"DONE"/)
  t.notMatch(events, /^event: forged/m)
  t.notMatch(JSON.stringify(app.logged()), /forged/)
  const metrics = await app.get('/api/unstable/introspect/metrics')
  t.notMatch(metrics.body, /forged/)
})
