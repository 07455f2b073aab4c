import { Writable } from 'node:stream'
import t, { type Test } from 'tap'
import { failed } from '../../src/domain/kind.js'
import { createLogger, type LogLevel } from '../../src/telemetry/log.js'
import { createTransitionLog } from '../../src/telemetry/transition-log.js'
import { someCaller } from '../support/access.js'
import { openEngine, type Engine } from '../support/engine.js'

const script = 'agent.steward/test.script'
const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', tracestate: null }

function openLogged (t: Test, level: LogLevel = 'info'): Engine & { readonly lines: () => Array<Record<string, unknown>> } {
  const lines: string[] = []
  const destination = new Writable({ write (line, _encoding, done) { lines.push(String(line)); done() } })
  const committed = createTransitionLog(createLogger({ level, destination }))
  const engine = openEngine(t, { observer: { committed } })
  return { ...engine, lines: () => lines.map(line => JSON.parse(line) as Record<string, unknown>) }
}

t.test('each transition is one line, with what it is found by and nothing of what was given or reported', async t => {
  const { run, schedule, finished, lines } = openLogged(t)
  const steps = [{ do: 'progress', payload: 'a secret' }, { do: 'done', payload: 'another secret' }]
  const { id: action } = await schedule(script, { args: { steps }, headers: { note: 'a secret' }, requestId: 'r-1', trace })
  await run()
  await finished(action)

  const common = { level: 'info', action, kind: script, lane: 'main', request: 'r-1', trace: '4bf92f3577b34da6a3ce929d0e0e4736' }
  t.match(lines(), [
    { ...common, from: null, to: 'NEW', msg: 'action scheduled' },
    { ...common, from: 'NEW', to: 'RUNNING', waited_ms: Number, msg: 'action started' },
    { ...common, from: 'RUNNING', to: 'RUNNING', msg: 'action progressed' },
    { ...common, from: 'RUNNING', to: 'DONE', ran_ms: Number, msg: 'action done' }
  ])
  t.equal(lines().length, 4)
  t.notMatch(JSON.stringify(lines()), /secret/)
})

t.test('a failure says why, and is a warning unless somebody asked for it', async t => {
  const { store, schedule, lines } = openLogged(t)
  const failing = await schedule(script)
  await store.claim('main')
  await store.settle(failing.seq, failed('the disk is gone', { more: { hidden: 'a secret' } }))
  const cancelled = await schedule(script)
  await store.requestCancel(cancelled.id, { caller: someCaller, refuse: () => null })

  t.match(lines().filter(({ to }) => to === 'FAILED'), [
    { level: 'warn', action: failing.id, from: 'RUNNING', reason: 'error', error: 'the disk is gone', msg: 'action failed' },
    { level: 'info', action: cancelled.id, from: 'NEW', reason: 'cancelled', msg: 'action failed' }
  ])
  t.notMatch(JSON.stringify(lines()), /secret/)
  t.equal('request' in lines()[0]!, false, 'what is not known is left out')
})

t.test('of a long sentence the beginning is written', async t => {
  const { store, schedule, lines } = openLogged(t)
  const { seq } = await schedule(script)
  await store.claim('main')
  await store.settle(seq, failed('the disk is gone '.repeat(5000)))

  const { error = '' } = lines().at(-1) as { error?: string }
  t.match(error, /^the disk is gone /)
  t.ok(error.length < 1100)
})

t.test('at the level warn only failures are written', async t => {
  const { store, schedule, lines } = openLogged(t, 'warn')
  const action = await schedule(script)
  await store.claim('main')
  await store.settle(action.seq, failed('no'))
  await schedule(script)

  t.match(lines(), [{ to: 'FAILED' }])
  t.equal(lines().length, 1)
})
