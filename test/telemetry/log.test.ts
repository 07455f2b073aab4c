import { Writable } from 'node:stream'
import t from 'tap'
import { createLogger } from '../../src/telemetry/log.js'

function capture () {
  const lines: string[] = []
  const destination = new Writable({ write (chunk, _encoding, done) { lines.push(String(chunk)); done() } })
  return { destination, lines, records: () => lines.map(line => JSON.parse(line) as Record<string, unknown>) }
}

t.test('a line is one JSON object with the level as a word and the time in UTC', async t => {
  const { destination, records } = capture()

  createLogger({ level: 'info', destination }).info({ lane: 'main' }, 'claimed')

  t.match(records(), [{ level: 'info', time: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, lane: 'main', msg: 'claimed' }])
  t.same(Object.keys(records()[0] ?? {}).sort(), ['lane', 'level', 'msg', 'time'])
})

t.test('what is below the level is not written', async t => {
  const { destination, lines } = capture()

  const log = createLogger({ level: 'warn', destination })
  log.info({}, 'quiet')
  log.warn({}, 'loud')

  t.equal(lines.length, 1)
  t.match(lines[0], /loud/)
})

t.test('fields that are named like credentials never reach the log, at any of four levels, in children and in errors', async t => {
  const { destination, lines } = capture()
  const log = createLogger({ level: 'info', destination }).child({ token: 'hunter2' })

  log.info({ password: 'hunter2', headers: { authorization: 'hunter2', 'set-cookie': 'hunter2', 'x-api-key': 'hunter2', accept: 'text/plain' } }, 'one')
  log.info({ req: { headers: { Cookie: 'hunter2', 'proxy-authorization': 'hunter2' } } }, 'two')
  log.error({ err: Object.assign(new Error('no'), { config: { headers: { Authorization: 'hunter2' } } }) }, 'three')

  t.notMatch(lines.join(''), /hunter2/)
  t.match(lines.join(''), /\[redacted\]/)
  t.match(lines.join(''), /text\/plain/)
})

t.test('an error keeps its message, its stack and its cause', async t => {
  const { destination, records } = capture()

  createLogger({ level: 'error', destination }).error({ err: new Error('outside', { cause: new Error('inside') }) }, 'failed')

  t.match(records(), [{ err: { type: 'Error', message: /outside.*inside/, stack: /log\.test\.ts/ } }])
})

t.test('pretty lines are for people', async t => {
  const { destination, lines } = capture()

  createLogger({ level: 'info', pretty: true, destination }).info({ lane: 'main' }, 'claimed')

  t.match(lines.join(''), /claimed/)
  t.throws(() => JSON.parse(lines.join('')))
})
