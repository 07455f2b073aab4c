import type { Test } from 'tap'
import { done } from '../../src/domain/kind.js'
import { abilities, endNext, has, idOf, refusal, rows, script, shown } from './protocol-face.js'
import type { Answer, ProtocolAdapter } from './protocol-face.js'
import { protocolRefusals } from './protocol-refusals.js'
import { someCaller } from '../support/access.js'

const key = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'
const otherKey = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a12'
const nobody = '0198c5a1-7d3e-7cc4-9a6b-000000000000'

/**
 * Tells the same stories through a protocol: in whatever language, they leave the same rows and the same histories.
 * What the protocol has no words for is told as skipped.
 */
export function protocolContract (t: Test, adapter: ProtocolAdapter): void {
  for (const ability of adapter.lacks) {
    t.pass(`${adapter.name}: ${abilities[ability]}`, { skip: 'the protocol has no words for this' })
  }
  schedules(t, adapter)
  runs(t, adapter)
  repetitions(t, adapter)
  protocolRefusals(t, adapter)
  if (has(adapter, 'own-id')) ids(t, adapter)
  if (has(adapter, 'trace')) traces(t, adapter)
  if (has(adapter, 'list')) lists(t, adapter)
  if (has(adapter, 'cancel')) cancels(t, adapter)
}

function schedules (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: what is scheduled is on disk when it is answered`, async t => {
    const face = await adapter.open(t, {})
    const args = { steps: [{ do: 'done', payload: { text: 'Zoë 🦉 "\u2028', none: null, deep: [[{}], 1.5, -3, 1e21, false] } }] }

    const scheduled = idOf(await face.schedule({ kind: script, args }))
    t.strictSame(await face.get(scheduled), shown(adapter, { state: 'NEW', payload: null, history: ['NEW'] }))
    await face.schedule({ kind: 'agent.replicante.io/test.ping' })

    const row = { state: 'NEW', lane: 'main', principal: 'local', protocol: adapter.name, history: [['NEW', null]] }
    t.strictSame(rows(face), [
      { ...row, kind: script, args }, { ...row, kind: 'agent.replicante.io/test.ping', args: null }
    ])
    t.equal(await face.get(nobody), null)
  })
}

function runs (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: actions run in the order of scheduling, and tell how it went`, async t => {
    const face = await adapter.open(t, {})
    const good = idOf(await face.schedule({
      kind: script, args: { steps: [{ do: 'progress', payload: 'half' }, { do: 'done', payload: 'whole' }] }
    }))
    const bad = idOf(await face.schedule({ kind: script, args: { steps: [{ do: 'fail', error: 'broken' }] } }))

    await face.engine.executor.start()
    await face.engine.finished(bad)

    const payload = { error: 'broken', layers: [], trace: null, variant: 'ScriptFailed', reason: 'error' }
    t.match(rows(face), [
      { state: 'DONE', history: [['NEW', null], ['RUNNING', null], ['RUNNING', 'half'], ['DONE', 'whole']] },
      { state: 'FAILED', history: [['NEW', null], ['RUNNING', null], ['FAILED', payload]] }
    ])
    t.strictSame(await face.get(good), shown(adapter, {
      state: 'DONE', payload: 'whole', history: ['NEW', 'RUNNING', 'RUNNING', 'DONE']
    }))
    t.strictSame(await face.get(bad), shown(adapter, { state: 'FAILED', payload, history: ['NEW', 'RUNNING', 'FAILED'] }))
  })
}

function repetitions (t: Test, adapter: ProtocolAdapter): void {
  const conflict = refusal(adapter, 'conflict')
  const again = (id: string): Answer => adapter.repetition === 'same' ? { id } : conflict
  const request = { kind: script, key, args: { steps: [] } }

  t.test(`${adapter.name}: a request that is repeated makes one action, also when that has ended`, async t => {
    const face = await adapter.open(t, {})

    const id = idOf(await face.schedule(request))
    t.strictSame(await face.schedule(request), again(id))
    await endNext(face, done('once'))
    t.strictSame(await face.schedule(request), again(id))
    t.match(rows(face), [{ state: 'DONE', history: [['NEW', null], ['RUNNING', null], ['DONE', 'once']] }])
    t.equal(rows(face).length, 1)

    t.not(idOf(await face.schedule({ ...request, key: otherKey })), id)
    t.equal(rows(face).length, 2, 'the same content under another key is another request')
  })

  t.test(`${adapter.name}: of requests under one key that come together one is taken, and other content is a conflict`, async t => {
    const face = await adapter.open(t, {})

    const answers = await Promise.all(Array.from({ length: 5 }, async () => await face.schedule(request)))
    const first = answers.find(answer => 'id' in answer) ?? conflict
    t.strictSame(answers.filter(answer => answer !== first), Array.from({ length: 4 }, () => again(idOf(first))))

    t.strictSame(await face.schedule({ ...request, args: { steps: [{ do: 'done' }] } }), conflict)
    t.strictSame(await face.schedule({ ...request, kind: 'agent.replicante.io/test.ping', args: {} }), conflict)
    t.match(rows(face), [{ kind: script, args: { steps: [] }, history: [['NEW', null]] }])
    t.equal(rows(face).length, 1)
  })
}

function ids (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: the caller's id is the action's, in either case`, async t => {
    const face = await adapter.open(t, {})
    const request = { kind: script, key, args: { steps: [] } }

    t.strictSame(await face.schedule({ ...request, key: key.toUpperCase() }), { id: key })
    t.strictSame(await face.schedule(request), adapter.repetition === 'same' ? { id: key } : refusal(adapter, 'conflict'))
    t.strictSame(await face.schedule({ ...request, key: 'nonsense' }), { refused: 'invalid' })
    t.equal(rows(face).length, 1)
  })
}

function traces (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: an action is in the trace of its request, and a repetition in another changes nothing`, async t => {
    const face = await adapter.open(t, {})
    const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', tracestate: 'vendor=a, other=b' }
    const other = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'vendor=c' }
    const request = { kind: script, args: { steps: [] }, key }

    const id = idOf(await face.schedule({ ...request, trace }))
    const again = await face.schedule({ ...request, trace: other })
    const none = idOf(await face.schedule({ kind: script }))

    t.strictSame(again, adapter.repetition === 'same' ? { id } : refusal(adapter, 'conflict'))
    t.strictSame(face.engine.scheduler.get(id).trace, trace)
    t.match(face.engine.scheduler.get(id).requestId, /^[0-9a-f-]{36}$/)
    t.equal(face.engine.scheduler.get(none).trace, null)
  })
}

function lists (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: every action is in one of the lists`, async t => {
    const face = await adapter.open(t, {})
    const put = async (): Promise<string> => idOf(await face.schedule({ kind: script }))
    const [first, second, third, fourth] = [await put(), await put(), await put(), await put()]
    await endNext(face, done())
    await face.engine.scheduler.cancel(third, someCaller)
    await face.engine.store.claim('main')

    const { queue, finished } = await face.list?.() ?? { queue: [], finished: [] }

    t.strictSame(queue.toSorted(), [second, fourth].toSorted())
    t.strictSame(finished.toSorted(), [first, third].toSorted())
  })
}

function cancels (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: what waits can be cancelled, what runs is told to end, what is over cannot`, async t => {
    const face = await adapter.open(t, {})
    const cancel = async (id: string): Promise<Answer | undefined> => await face.cancel?.(id)
    const running = idOf(await face.schedule({ kind: script, args: { steps: [{ do: 'sleep', ms: 600_000 }] } }))
    const waiting = idOf(await face.schedule({ kind: script }))

    t.strictSame(await cancel(waiting), { id: waiting })
    await face.engine.executor.start()
    await face.engine.scheduler.changed(running, 1, AbortSignal.timeout(10_000))
    t.strictSame(await cancel(running), { id: running })
    await face.engine.finished(running)

    t.match(rows(face), [
      { state: 'FAILED', history: [['NEW', null], ['RUNNING', null], ['FAILED', { reason: 'cancelled' }]] },
      { state: 'FAILED', history: [['NEW', null], ['FAILED', { reason: 'cancelled' }]] }
    ])
    t.strictSame(await cancel(waiting), refusal(adapter, 'conflict'))
    t.strictSame(await cancel(nobody), { refused: 'missing' })
  })
}
