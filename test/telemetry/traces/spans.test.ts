import t, { type Test } from 'tap'
import { done, failed } from '../../../src/domain/kind.js'
import { parseTraceContext, partsOf } from '../../../src/domain/trace-context.js'
import type { ScheduleRequest } from '../../../src/domain/ports/scheduler.js'
import { createActionSpans } from '../../../src/telemetry/traces/action-spans.js'
import { createTracing } from '../../../src/telemetry/traces/request-spans.js'
import type { Span } from '../../../src/telemetry/traces/span.js'
import { someCaller } from '../../support/access.js'
import { openEngine, type Engine, type EngineOptions } from '../../support/engine.js'
import { aborted, scriptedKind, type ScriptedKind } from '../../support/scripted-kind.js'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const caller = '00f067aa0ba902b7'
const trace = { traceparent: `00-${traceId}-${caller}-01`, tracestate: 'a=1' }
const unsampled = { traceparent: `00-${traceId}-${caller}-00`, tracestate: null }

/** Goes on from one agent to the next, and moves whenever somebody looks. */
let now = 1000
const clock = { now: () => { now += 10; return now } }

/** A kind that is DONE at once. */
const instant = { ...scriptedKind('test/kind'), run: async () => done() }

interface Traced extends Engine {
  /** What has been recorded, oldest end first. */
  readonly spans: Span[]
  /** Ends what still runs, as a stop in good order does. */
  readonly endSpans: () => void
  readonly scheduleTraced: (request?: Partial<ScheduleRequest>) => Promise<string>
}

function openTraced (t: Test, options: EngineOptions = {}): Traced {
  const spans: Span[] = []
  const { end, ...observer } = createActionSpans({ clock, record: span => { spans.push(span) } })
  const engine = openEngine(t, { clock, observer, ...options })
  return {
    ...engine,
    spans,
    endSpans: end,
    scheduleTraced: async request => (await engine.schedule('test/kind', { trace, ...request })).id
  }
}

/** That each span begins when it should, ends after that, and lies below the right one. */
function holdTogether (t: Test, spans: readonly Span[]): void {
  const known = new Set([caller, ...spans.map(({ spanId }) => spanId)])
  for (const { name, start, end, parentSpanId, traceId: id } of spans) {
    t.ok(end >= start, `${name}: ${start} to ${end}`)
    t.ok(parentSpanId !== null && known.has(parentSpanId), `${name} has a parent`)
    t.equal(id, traceId)
  }
}

t.test('an action is a wait, a run, and below it each progress', async t => {
  const kind = scriptedKind('test/kind')
  const { run, finished, scheduleTraced, spans, endSpans } = openTraced(t, { kinds: [kind] })
  const id = await scheduleTraced()
  await run()
  const running = await kind.begun()
  await running.context.progress({ password: 'a secret' })
  await running.context.progress({ password: 'another secret' })
  running.returns(done('a third secret'))
  const action = await finished(id)
  endSpans()

  const attributes = { 'steward.action.id': id, 'steward.action.kind': 'test/kind', 'steward.action.lane': 'main' }
  const [wait, first, second, ran] = spans
  t.match(wait, { name: 'wait', parentSpanId: caller, tracestate: 'a=1', start: action.scheduledAt, end: action.startedAt, attributes })
  t.match(ran, {
    name: 'run',
    parentSpanId: caller,
    start: action.startedAt,
    end: action.finishedAt,
    error: null,
    attributes: { ...attributes, 'steward.action.state': 'DONE', 'steward.run.resumed': false }
  })
  t.match(first, { name: 'progress', parentSpanId: ran?.spanId, start: action.startedAt, attributes })
  t.match(second, { name: 'progress', parentSpanId: ran?.spanId, start: first?.end })
  t.equal(spans.length, 4)
  t.notMatch(JSON.stringify(spans), /secret/)
  holdTogether(t, spans)
})

t.test('a failure is an error with the beginning of its sentence, in a run or while it waits', async t => {
  const kind = scriptedKind('test/kind')
  const { store, scheduler, scheduleTraced, spans } = openTraced(t, { kinds: [kind] })
  const failing = scheduler.get(await scheduleTraced())
  await store.claim('main')
  await store.settle(failing.seq, failed('the disk is gone '.repeat(200), { more: { hidden: 'a secret' } }))
  await scheduler.cancel(await scheduleTraced(), someCaller)

  t.match(spans, [
    { name: 'wait', error: null },
    { name: 'run', error: /^the disk is gone /, attributes: { 'steward.action.state': 'FAILED' } },
    { name: 'wait', error: 'The action was cancelled before it began.', attributes: { 'steward.action.state': 'FAILED' } }
  ])
  t.ok((spans[1]?.error ?? '').length < 1100)
  t.notMatch(JSON.stringify(spans), /secret/)
  holdTogether(t, spans)
})

t.test('what belongs to no trace, or to one that is not to be recorded, leaves no spans', async t => {
  const { run, schedule, scheduleTraced, finished, spans } = openTraced(t, { kinds: [instant] })
  await run()
  await finished(await scheduleTraced({ trace: unsampled }))
  const { id } = await schedule('test/kind')
  await finished(id)
  t.strictSame(spans, [])
})

t.test('a run that was interrupted is told of by the next agent, with the progress that the dead one told of below it', async t => {
  const kind = scriptedKind('test/kind')
  const first = openTraced(t, { kinds: [kind] })
  const id = await first.scheduleTraced()
  await first.run()
  await (await kind.begun()).context.progress(1)
  first.crash()

  const again = scriptedKind('test/kind')
  const second = openTraced(t, { kinds: [again], path: first.path })
  await second.run()
  const resumed = await again.begun()
  await resumed.context.progress(2)
  resumed.returns(done())
  await second.finished(id)

  t.strictSame(first.spans.map(({ name }) => name), ['wait', 'progress'])
  const [died, progress, ran] = second.spans
  t.match(died, { name: 'run', parentSpanId: caller, error: /agent died/, attributes: { 'steward.run.resumed': false, 'steward.run.interrupted': true } })
  t.equal(first.spans[1]?.parentSpanId, died?.spanId)
  t.match(ran, { name: 'run', parentSpanId: caller, error: null, attributes: { 'steward.run.resumed': true, 'steward.action.state': 'DONE' } })
  t.match(progress, { name: 'progress', parentSpanId: ran?.spanId, start: ran?.start })
  t.not(ran?.spanId, died?.spanId)
  t.equal(second.spans.length, 3)
  holdTogether(t, [...first.spans, ...second.spans])
})

t.test('each run is told of once, whether its agent died or was stopped in good order', async t => {
  const make = (): ScriptedKind => scriptedKind('test/kind')
  const [first, second, third, fourth] = [make(), make(), make(), make()]
  const one = openTraced(t, { kinds: [first] })
  const id = await one.scheduleTraced()
  await one.run()
  await first.begun()
  one.crash()
  const two = openTraced(t, { kinds: [second], path: one.path })
  await two.run()
  await second.begun()
  two.crash()
  const three = openTraced(t, { kinds: [third], path: one.path })
  await three.run()
  const stopped = await third.begun()
  const stopping = three.stop()
  stopped.throws(await aborted(stopped.context.signal))
  await stopping
  three.endSpans()
  const four = openTraced(t, { kinds: [fourth], path: one.path })
  await four.run()
  const last = await fourth.begun()
  last.returns(done())
  await four.finished(id)

  const runs = [one, two, three, four].map(({ spans }) => spans.filter(({ name }) => name === 'run'))
  t.strictSame(runs.map(({ length }) => length), [0, 1, 2, 1])
  t.equal(new Set(runs.flat().map(({ spanId }) => spanId)).size, 4)
})

t.test('a run of a kind that does not go on after its agent has died is one that failed', async t => {
  const kind = scriptedKind('test/kind', { onInterrupt: 'fail' })
  const first = openTraced(t, { kinds: [kind] })
  await first.scheduleTraced()
  await first.run()
  await (await kind.begun()).context.progress(1)
  first.crash()
  const second = openTraced(t, { kinds: [kind], path: first.path })
  await second.run()

  t.match(second.spans, [{ name: 'run', error: /agent died/, attributes: { 'steward.action.state': 'FAILED' } }])
  t.equal(second.spans.length, 1)
  holdTogether(t, [...first.spans, ...second.spans])
})

t.test('a run that is stopped in good order ends with its agent, and goes on as another with the next', async t => {
  const kind = scriptedKind('test/kind')
  const first = openTraced(t, { kinds: [kind] })
  const id = await first.scheduleTraced()
  await first.run()
  const { context, throws } = await kind.begun()
  context.signal.addEventListener('abort', () => { throws(context.signal.reason) })
  await first.stop()
  first.endSpans()
  first.endSpans()

  const second = openTraced(t, { kinds: [instant], path: first.path })
  await second.run()
  await second.finished(id)

  const [, stopped] = first.spans
  t.match(stopped, { name: 'run', error: null, attributes: { 'steward.run.interrupted': true, 'steward.run.resumed': false } })
  t.equal(first.spans.length, 2)
  t.match(second.spans, [{ name: 'run', error: null, attributes: { 'steward.run.resumed': true } }])
  t.equal(second.spans.length, 1)
  holdTogether(t, [...first.spans, ...second.spans])
})

t.test('a request continues the trace of its caller, who decides whether it is recorded', t => {
  const tracing = createTracing(0)
  const continued = tracing.begin(trace)
  t.match(continued, { own: true, parent: trace, context: { tracestate: 'a=1' } })
  t.match(partsOf(continued!.context), { traceId, sampled: true })
  t.not(partsOf(continued!.context).spanId, caller)
  t.strictSame(tracing.begin(unsampled), { context: unsampled, own: false, parent: null })
  t.end()
})

t.test('where there is no trace one begins, of which the configured part is recorded', t => {
  const begin = (ratio: number) => Array.from({ length: 1000 }, () => createTracing(ratio).begin(null)!)
  for (const { context, own, parent } of [...begin(1).slice(0, 100), ...begin(0).slice(0, 100)]) {
    t.strictSame(parseTraceContext(context.traceparent), context, 'others can read it')
    t.equal(partsOf(context).sampled, own, 'what is not recorded says so')
    t.equal(parent, null)
  }
  t.equal(begin(1).filter(({ own }) => own).length, 1000)
  t.equal(begin(0).filter(({ own }) => own).length, 0)
  const some = begin(0.5).filter(({ own }) => own).length
  t.ok(some > 300 && some < 700)
  t.equal(new Set(begin(1).map(({ context }) => context.traceparent)).size, 1000)
  t.end()
})
