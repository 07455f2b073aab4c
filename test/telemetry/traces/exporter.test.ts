import { writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Exporter, type ExporterLimits } from '../../../src/telemetry/traces/exporter.js'
import type { Span } from '../../../src/telemetry/traces/span.js'
import { temporaryFolder } from '../../support/engine.js'
import { eventually } from '../../support/eventually.js'
import { freePorts } from '../../support/free-ports.js'
import { recordLog } from '../../support/log-record.js'
import { startOtlpReceiver } from '../../support/otlp-receiver.js'
import { startTcpServer } from '../../support/tcp-server.js'

interface Subject {
  readonly exporter: Exporter
  readonly fates: Record<'sent' | 'dropped', number>
  readonly logged: () => ReadonlyArray<Record<string, unknown>>
}

/** Gives a batch up before it would be sent again, unless the collector asks for that. */
const quick: Partial<ExporterLimits> = { delayMs: 1, timeoutMs: 500 }

interface Options {
  readonly headersFile?: string
  readonly limits?: Partial<ExporterLimits>
}

function open (t: Test, endpoint: string, { headersFile, limits = quick }: Options = {}): Subject {
  const { log, lines } = recordLog()
  const fates = { sent: 0, dropped: 0 }
  const exporter = new Exporter({
    collector: { endpoint, headersFile: headersFile ?? null },
    origin: { resource: { 'service.name': 'test' }, version: '1.2.3' },
    log,
    observer: { spans: ({ fate, count }) => { fates[fate] += count } },
    limits
  })
  t.teardown(async () => { await exporter.stop(0) })
  return { exporter, fates, logged: () => lines().map(line => JSON.parse(line) as Record<string, unknown>) }
}

function span (name: string): Span {
  const ids = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: 'b7ad6b7169203331', parentSpanId: null }
  const about = { parentIsRemote: false, tracestate: null, kind: 'internal', attributes: {}, error: null } as const
  return { ...ids, ...about, name, start: 1, end: 2 }
}

function add (exporter: Exporter, names: readonly string[]): void {
  for (const name of names) exporter.add(span(name))
}

/** A collector that does with its connections what it wants; its URL. */
async function startOddCollector (t: Test, serve: (socket: Socket) => void): Promise<string> {
  const { port } = await startTcpServer(t, socket => { serve(socket.resume()) })
  return `http://127.0.0.1:${port}`
}

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `span-${index}`)

t.test('spans arrive in order, in batches, at /v1/traces', async t => {
  const collector = await startOtlpReceiver(t)
  const { exporter, fates } = open(t, `${collector.url}/`, { limits: { ...quick, batch: 10 } })
  const names = many(25)
  add(exporter, names)

  await eventually('all have arrived', () => collector.spans().length === 25)

  t.strictSame(collector.spans().map(({ name }) => name), names)
  t.match(collector.requests.map(({ url, headers }) => [url, headers['content-type']]), Array(3).fill(['/v1/traces', 'application/json']))
  t.match(collector.spans()[0], { resource: { 'service.name': 'test' } })
  await eventually('they are counted', () => fates.sent === 25)
})

t.test('what waits is sent at the end, without waiting for its time', async t => {
  const collector = await startOtlpReceiver(t)
  const { exporter, fates, logged } = open(t, collector.url, { limits: { delayMs: 3_600_000, batch: 10 } })
  add(exporter, many(9))
  await exporter.stop(10_000)
  exporter.add(span('too late'))

  t.equal(collector.spans().length, 9)
  t.strictSame(fates, { sent: 9, dropped: 1 })
  t.strictSame(logged(), [])
})

t.test('what arrives is all that a span says, with its parent, its state and its times to the microsecond', async t => {
  const collector = await startOtlpReceiver(t)
  const { exporter } = open(t, collector.url)
  const full: Span = {
    ...span('POST /api/v1/actions'),
    parentSpanId: '00f067aa0ba902b7',
    parentIsRemote: true,
    tracestate: 'b=2,a=1',
    kind: 'server',
    start: 1_795_246_560_001,
    end: 1_795_246_560_003.25,
    attributes: { text: 'ü', status: 503, share: 0.5, held: true },
    error: 'no'
  }
  exporter.add(full)
  exporter.add({ ...span('backwards'), start: 1_795_246_560_999.9998, end: 5 })
  await exporter.stop(10_000)

  const [first, second] = collector.spans()
  const { traceId, spanId, parentSpanId, name, attributes } = full
  t.match(first, { traceId, spanId, parentSpanId, name, attributes, traceState: 'b=2,a=1', kind: 2, flags: 0x301 })
  t.match(first, { startTimeUnixNano: '1795246560001000000', endTimeUnixNano: '1795246560003250000', status: { code: 2, message: 'no' } })
  t.match(second, { kind: 1, flags: 0x101, startTimeUnixNano: '1795246561000000000', endTimeUnixNano: '1795246561000000000' })
  t.match(collector.requests[0]?.body, '"scope":{"name":"steward","version":"1.2.3"}')
  for (const left of ['parentSpanId', 'traceState']) t.notOk(left in (second ?? {}), left)
  t.notOk(second?.status.code)
})

t.test('a collector that takes nothing for now is asked again for the same spans', async t => {
  const collector = await startOtlpReceiver(t)
  const answers = [503, 429, 502, 504]
  collector.answer(() => ({ status: answers.shift() ?? 200, headers: { 'retry-after': '0' }, body: '' }))
  const { exporter, fates, logged } = open(t, collector.url)
  add(exporter, ['one', 'two'])

  await eventually('they are taken', () => fates.sent === 2)

  t.strictSame(collector.spans().map(({ name }) => name), ['one', 'two'], 'each once')
  t.equal(collector.requests.length, 5)
  t.strictSame(logged(), [])
})

t.test('a batch that is not taken in time is dropped, and the log tells of the trouble once and of its end once', async t => {
  const collector = await startOtlpReceiver(t)
  let status = 503
  collector.answer(() => ({ status, body: '' }))
  const { exporter, fates, logged } = open(t, collector.url)
  for (const dropped of [1, 2, 3]) {
    exporter.add(span('not taken'))
    await eventually('it is dropped', () => fates.dropped === dropped)
  }
  status = 200
  add(exporter, ['taken', 'taken, too'])
  await eventually('they are taken', () => fates.sent === 2)

  t.match(logged(), [
    { level: 40, endpoint: collector.url, reason: 'Export failed with retryable status' },
    { level: 30, dropped: 3, msg: /takes the spans again/ }
  ])
  t.equal(logged().length, 2)
  await exporter.stop(10_000)
  t.equal(logged().length, 2)
})

t.test('a collector that is down holds nothing up; what there is no room for is dropped and counted', async t => {
  const [port = 0] = await freePorts(1)
  const limits = { ...quick, delayMs: 3_600_000, kept: 100, batch: 10 }
  const { exporter, fates, logged } = open(t, `http://127.0.0.1:${port}`, { limits })
  const lagging = open(t, `http://localhost:${port}`)
  add(exporter, many(150))
  t.strictSame(fates, { sent: 0, dropped: 50 })
  await exporter.stop(10_000)
  exporter.add(span('too late'))

  t.strictSame(fates, { sent: 0, dropped: 151 })
  t.match(logged(), [{ level: 40, reason: /ECONNREFUSED/ }, { level: 40, spans: 150 }])
  t.equal(logged().length, 2)

  lagging.exporter.add(span('by a name'))
  await eventually('it is dropped', () => lagging.fates.dropped === 1)
  t.match(lagging.logged(), [{ reason: /ECONNREFUSED/ }], 'also where the name has several addresses')
})

t.test('room is made by what has been sent', async t => {
  const collector = await startOtlpReceiver(t)
  const { exporter, fates } = open(t, collector.url, { limits: { ...quick, kept: 10, batch: 5 } })
  for (const sent of [10, 20, 30]) {
    add(exporter, many(10))
    await eventually('they are taken', () => fates.sent === sent)
  }
  t.equal(fates.dropped, 0)
})

t.test('what a collector refuses for ever is not sent again', async t => {
  const collector = await startOtlpReceiver(t)
  let status = 401
  collector.answer(() => ({ status, body: 'your token is hunter2' }))
  const { exporter, fates, logged } = open(t, collector.url)
  exporter.add(span('refused'))
  await eventually('it is counted', () => fates.dropped === 1)
  status = 200
  exporter.add(span('taken'))
  await eventually('it is taken', () => fates.sent === 1)

  t.equal(collector.requests.length, 2)
  t.match(logged(), [{ reason: 'it answers 401' }, { dropped: 1 }])
  t.notMatch(JSON.stringify(logged()), /hunter2/)
})

t.test('an answer that is no JSON is an answer, and one without end or without HTTP is a trouble', async t => {
  const collector = await startOtlpReceiver(t)
  const bodies = ['ok', '<html>', '[]', 'null', '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"hunter2"}}']
  collector.answer(() => ({ status: 200, body: bodies.shift() ?? '' }))
  const { exporter, fates, logged } = open(t, collector.url, { limits: { ...quick, batch: 1 } })
  add(exporter, many(5))
  await eventually('all are taken', () => fates.sent === 5)
  t.equal(fates.dropped, 0)

  collector.answer(() => ({ status: 200, body: 'hunter2'.repeat(1_000_000) }))
  exporter.add(span('an answer without end'))
  await eventually('it is counted', () => fates.dropped === 1)
  const garbage = await startOddCollector(t, socket => { socket.end('hunter2 is not HTTP\r\n\r\n') })
  const other = open(t, garbage)
  other.exporter.add(span('garbage'))
  await eventually('it is counted', () => other.fates.dropped === 1)

  t.match(logged(), [{ reason: /exceeded size limit/ }])
  t.match(other.logged(), [{ reason: /Parse Error/ }])
  t.notMatch(JSON.stringify([logged(), other.logged()]), /hunter2/)
})

t.test('a collector that never answers, or never ends its answer, is given up', async t => {
  const silent = await startOddCollector(t, () => {})
  const dripping = await startOddCollector(t, socket => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n')
    const timer = setInterval(() => { socket.write('x') }, 5)
    socket.on('close', () => { clearInterval(timer) })
  })
  const limits = { ...quick, timeoutMs: 50 }
  const first = open(t, silent, { limits })
  first.exporter.add(span('one'))
  await eventually('the trouble is told', () => first.logged().length === 1)
  t.match(first.logged(), [{ reason: 'Request timed out' }])

  const second = open(t, dripping, { limits })
  second.exporter.add(span('one'))
  await eventually('what has begun with 200 counts as taken', () => second.fates.sent === 1)
})

t.test('a batch that fails at the end leaves the others their time', async t => {
  const asked: Socket[] = []
  const collector = await startOddCollector(t, socket => { socket.once('data', () => { asked.push(socket) }) })
  const { exporter, fates } = open(t, collector, { limits: { delayMs: 3_600_000, batch: 1, timeoutMs: 10_000 } })
  add(exporter, ['one', 'two', 'three'])
  const stopped = exporter.stop(10_000)
  await eventually('all are under way', () => asked.length === 3)
  asked.pop()?.end('HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n')
  await eventually('it is counted', () => fates.dropped > 0)
  for (const socket of asked) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
  await stopped

  t.strictSame(fates, { sent: 2, dropped: 1 })
})

t.test('a collector that hangs does not hold up the end, and is left', async t => {
  const asked = { begun: 0, ended: 0 }
  const hanging = await startOddCollector(t, socket => {
    asked.begun++
    socket.on('close', () => { asked.ended++ })
  })
  const { exporter, fates, logged } = open(t, hanging)
  add(exporter, many(1000))
  await eventually('it was asked', () => asked.begun > 0)
  await exporter.stop(50)

  const lost = { sent: 0, dropped: 1000 }
  t.strictSame(fates, lost)
  t.match(logged().at(-1), { level: 40, spans: 1000 })
  await eventually('no connection is open', () => asked.ended === asked.begun)
  t.strictSame(fates, lost, 'nothing is counted twice')
})

t.test('the headers of the file are sent, read anew each time, and told to nobody else', async t => {
  const collector = await startOtlpReceiver(t)
  const elsewhere = await startOtlpReceiver(t)
  const headersFile = join(temporaryFolder(t), 'headers')
  writeFileSync(headersFile, '# for the collector\n\nAuthorization: Bearer hunter2\nx-scope-orgid:  team \n')
  const { exporter, fates, logged } = open(t, collector.url, { headersFile })
  exporter.add(span('one'))
  await eventually('it is taken', () => fates.sent === 1)
  t.match(collector.requests[0]?.headers, { authorization: 'Bearer hunter2', 'x-scope-orgid': 'team', 'content-type': 'application/json' })

  writeFileSync(headersFile, 'authorization Bearer hunter3\n')
  exporter.add(span('two'))
  await eventually('it is dropped', () => fates.dropped === 1)
  t.match(logged(), [{ reason: /^Line 1 of .* is no header/ }])
  writeFileSync(headersFile, 'authorization: Bearer hunter4\n')
  exporter.add(span('three'))
  await eventually('it is taken', () => fates.sent === 2)
  t.equal(collector.requests.at(-1)?.headers.authorization, 'Bearer hunter4')

  collector.answer(() => ({ status: 307, headers: { location: `${elsewhere.url}/v1/traces` } }))
  exporter.add(span('four'))
  await eventually('the trouble is told', () => logged().length === 3)
  t.match(logged()[2], { reason: 'it answers 307' })
  t.strictSame(elsewhere.requests, [])
  t.notMatch(JSON.stringify(logged()), /hunter/)
})
