import t from 'tap'
import { connectRaw, rawGet } from '../support/raw-http.js'
import { openAgent, schedulingFaces, success } from './agent.js'
import { someCaller } from '../support/access.js'

const agent = await openAgent(t)
const json = JSON.stringify({ kind: success })
const size = json.length.toString(16)
const chunks = `${size}\r\n${json}\r\n0\r\n\r\n`

/** A request that schedules, but for what its headers and its body are made of. */
function post (headers: string, body: string, path: string = schedulingFaces[0].path, version = '1.1'): string {
  return `POST ${path} HTTP/${version}\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n${headers}\r\n${body}`
}

const get = (lines: string, target = '/api/v1/actions', version = '1.1'): string =>
  `GET ${target} HTTP/${version}\r\n${lines}Connection: close\r\n\r\n`

/** The statuses of all answers that came until the agent closed the connection. */
async function statuses (request: string): Promise<number[]> {
  const connection = connectRaw(t, agent.url)
  connection.send(request)
  return [...(await connection.closed).matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(found => Number(found[1]))
}

/** Messages whose end two programs could see in different places. */
const framings: Record<string, string> = {
  'a length and chunks': post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', chunks),
  'chunks and a length': post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', chunks),
  'two lengths': post(`Content-Length: ${json.length}\r\nContent-Length: 4\r\n`, json),
  'the same length twice': post(`Content-Length: ${json.length}\r\nContent-Length: ${json.length}\r\n`, json),
  'a list of lengths': post(`Content-Length: ${json.length}, ${json.length}\r\n`, json),
  ...Object.fromEntries([`+${json.length}`, '4 0', '0x28', '-1', '', '1e2', '99999999999999999999999'].map(length => [
    `the length "${length}"`, post(`Content-Length: ${length}\r\n`, json)
  ])),
  'a space before the colon': post(`Content-Length : ${json.length}\r\n`, json),
  ...Object.fromEntries(['chunked, chunked', 'xchunked', 'chunked, identity', 'identity, chunked', 'gzip, chunked', '"chunked"', '\x0bchunked'].map(
    coding => [`the coding ${coding}`, post(`Transfer-Encoding: ${coding}\r\n`, chunks)]
  )),
  'two lines of codings': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', chunks),
  'a folded coding': post('Transfer-Encoding:\r\n chunked\r\n', chunks),
  'chunks in HTTP/1.0': post('Transfer-Encoding: chunked\r\n', chunks, schedulingFaces[0].path, '1.0'),
  'a chunk of more than 64 bits': post('Transfer-Encoding: chunked\r\n', `100000000000000${size}\r\n${json}\r\n0\r\n\r\n`),
  'a negative chunk': post('Transfer-Encoding: chunked\r\n', `-1\r\n${json}\r\n0\r\n\r\n`),
  'a chunk that is called hexadecimal': post('Transfer-Encoding: chunked\r\n', `0x${size}\r\n${json}\r\n0\r\n\r\n`),
  'chunks without carriage returns': post('Transfer-Encoding: chunked\r\n', chunks.replaceAll('\r', '')),
  'a chunk that goes on after its end': post('Transfer-Encoding: chunked\r\n', `${size}\r\n${json}0\r\n\r\n`),
  'a line break in a chunk extension': post('Transfer-Encoding: chunked\r\n', `${size};a\nb\r\n${json}\r\n0\r\n\r\n`),
  'a chunk extension without end': post('Transfer-Encoding: chunked\r\n', `${size};${'a'.repeat(20_000)}\r\n${json}\r\n0\r\n\r\n`),
  'a length among the trailers': post('Transfer-Encoding: chunked\r\n', `${size}\r\n${json}\r\n0\r\nContent-Length: 3\r\n\r\n`),
  'compressed JSON that is none': post(`Content-Encoding: gzip\r\nContent-Length: ${json.length}\r\n`, json)
}

t.test('a message whose end is not clear is refused, once, and the connection is closed', async t => {
  const before = agent.actions()
  for (const [name, request] of Object.entries(framings)) t.strictSame(await statuses(request), [400], name)
  for (const { path, body } of schedulingFaces) {
    const text = JSON.stringify(body)
    const compressed = post(`Content-Encoding: gzip\r\nContent-Length: ${text.length}\r\n`, text, path)
    t.strictSame(await statuses(compressed), [400], `${path} takes no compressed body`)
    t.strictSame(await statuses(post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n', path)), [400], path)
  }
  t.equal(agent.actions(), before, 'nothing was scheduled')
  t.strictSame(await statuses(post('Transfer-Encoding: Chunked\r\n', chunks)), [202], 'plain chunks are taken')
  await agent.goesOn()
})

t.test('what is no request line or header of HTTP/1.1 is refused', async t => {
  const bad = {
    'a line without carriage return': 'GET /livez HTTP/1.1\nHost: localhost\n\n',
    'a header without carriage return': get('Host: localhost\nX-A: b\r\n'),
    'a carriage return alone': get('Host: localhost\rX-A: b\r\n'),
    'a folded header': get('Host: localhost\r\nX-A: a\r\n b\r\n'),
    'a folded header before the first': get(' Host: evil.example\r\nHost: localhost\r\n'),
    'NUL in a value': get('Host: localhost\r\nX-A: a\0b\r\n'),
    'NUL in a name': get('Host: localhost\r\nX\0A: a\r\n'),
    'NUL in the path': get('Host: localhost\r\n', '/livez\0'),
    'a pseudo-header of HTTP/2': get('Host: localhost\r\n:authority: evil.example\r\n'),
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'a version that is none': get('Host: localhost\r\n', '/livez', '1.2'),
    'a path that does not begin': get('Host: localhost\r\n', 'livez'),
    'TLS where there is none': '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n',
    'no host': get('')
  }
  for (const [name, request] of Object.entries(bad)) t.strictSame(await statuses(request), [400], name)
  t.strictSame(await statuses('GET /livez\r\n\r\n'), [403], 'HTTP/0.9 names no host')
  t.strictSame(await statuses('CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n'), [], 'no tunnel')
  t.strictSame(await statuses(get('Host: localhost\r\nUpgrade: h2c\r\n', '/livez')), [200], 'an upgrade is not taken up')
  for (const method of ['TRACE', 'PROPFIND', 'DELETE', 'PUT', 'PATCH']) {
    const connection = connectRaw(t, agent.url)
    connection.send(`${method} /api/v1/actions HTTP/1.1\r\nHost: localhost\r\nX-Secret: told-back-mark\r\nConnection: close\r\n\r\n`)
    t.match(await connection.closed, /^HTTP\/1\.1 405 (?![^]*told-back-mark)/, `${method} tells nothing back`)
  }
})

t.test('the host that is asked for is checked wherever it stands, and in whatever form', async t => {
  const evil = [
    'evil.example', 'evil.example:8000', 'EVIL.example.', 'localhost.evil.example', '127.0.0.1.evil.example', '2130706433',
    '0x7f.1', '0x7f000001', '127.1', '0177.0.0.1', 'localhost@evil.example', 'localhost, evil.example', 'localhost/evil', '[::1', '[::1].evil', '[evil]', ''
  ]
  for (const host of evil) t.strictSame(await statuses(get(`Host: ${host}\r\n`)), [403], `Host: ${host}`)
  for (const host of ['localhost', 'LOCALHOST.:80', '127.0.0.1:9', '[::ffff:127.0.0.1]:9']) {
    t.strictSame(await statuses(get(`Host: ${host}\r\n`)), [200], host)
  }
  for (const target of ['http://evil.example/api/v1/actions', 'HTTP://EVIL/livez', 'http://localhost@evil/livez', 'http://evil?x', 'https://evil/livez']) {
    t.strictSame(await statuses(get('Host: localhost\r\n', target)), [403], `the target ${target} counts for more than the header`)
  }
  t.strictSame(await statuses(get('Host: evil.example\r\n', 'http://localhost/livez')), [403])
  t.strictSame(await statuses(get('Host: localhost\r\n', 'http://localhost/livez')), [200])
  t.strictSame(await statuses(get('Host: localhost\r\nHost: evil.example\r\n')), [400], 'two of them')
})

t.test('no header is lost behind thousands of others', async t => {
  const many = 'a:\r\n'.repeat(3000)

  t.strictSame(await statuses(get(`Host: localhost\r\n${many}Host: evil.example\r\n`)), [400])
  t.strictSame(await statuses(get(`Host: localhost\r\n${many}Origin: http://evil.example\r\n`)), [403])
  t.strictSame(await statuses(get(`Host: localhost\r\n${many}`)), [200])
  t.strictSame(await statuses(get(`Host: localhost\r\n${'a:b\r\n'.repeat(20_000)}`)), [431], 'what they hold together is bounded')
  await agent.goesOn()
})

t.test('hundreds of requests in one packet are answered in their order, past answers that are held', async t => {
  const { id } = await agent.engine.schedule('agent.steward/test.script', { lane: 'busy', args: { steps: [{ do: 'sleep', ms: 3_600_000 }] } })
  const connection = connectRaw(t, agent.url)

  connection.send(rawGet('/livez').repeat(300) + rawGet(`/api/v1/actions/${id}?wait=60s`) + rawGet('/api').repeat(300) + rawGet('/nothing'))

  await connection.until(/ok\n/)
  await agent.goesOn()
  await agent.engine.scheduler.cancel(id, someCaller)
  const all = await connection.until(/unknown-path/)
  const bodies = all.split(/HTTP\/1\.1 (?:200 OK|404 Not Found)\r\n/).slice(1)
  t.equal(bodies.length, 602)
  t.ok(bodies.slice(0, 300).every(body => body.endsWith('ok\n')))
  t.match(bodies[300], /"state":"FAILED"/)
  t.ok(bodies.slice(301, 601).every(body => body.includes('"versions"')))
})

t.test('after "Connection: close", nothing more of the connection is heard', async t => {
  const before = agent.actions()
  t.strictSame(await statuses(get('Host: localhost\r\n', '/livez') + post(`Content-Length: ${json.length}\r\n`, json)), [200])
  t.equal(agent.actions(), before)
})

t.test('a body of a request without meaning for it is no request', async t => {
  const inner = post(`Content-Length: ${json.length}\r\n`, json)
  const before = agent.actions()
  t.strictSame(await statuses(get(`Host: localhost\r\nContent-Length: ${inner.length}\r\n`, '/livez') + inner), [200])
  t.equal(agent.actions(), before)
})
