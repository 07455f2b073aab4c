import type { Test } from 'tap'
import type { JsonValue } from '../../src/domain/json.js'
import type { ActionState } from '../../src/domain/lifecycle.js'
import type { Scheduler } from '../../src/domain/ports/scheduler.js'
import { Problem } from '../../src/domain/problem.js'
import type { ProblemCategory } from '../../src/domain/problem.js'
import type { Engine, EngineOptions } from '../support/engine.js'

/** What a protocol may have no words for. It says so, so that nothing is passed over in silence. */
export type Ability = 'cancel' | 'list' | 'own-id'

/** What a protocol answered, in our words: an id, or the category of its refusal. */
export type Answer = { readonly id: string } | { readonly refused: ProblemCategory }

/** An action as a protocol shows it. */
export interface Shown {
  readonly state: ActionState
  readonly payload: JsonValue
  /** States of the history, oldest first. */
  readonly history: readonly ActionState[]
}

/** A protocol that is open on an engine: each function speaks the protocol's own language to it. */
export interface ProtocolFace {
  readonly engine: Engine
  schedule (request: { readonly kind: string, readonly id?: string, readonly args?: JsonValue }): Promise<Answer>
  /** Null when there is no such action. */
  get (id: string): Promise<Shown | null>
  cancel? (id: string): Promise<Answer>
  /** Ids of what waits or runs, and of what is finished, in whatever order the protocol has. */
  list? (): Promise<{ readonly queue: readonly string[], readonly finished: readonly string[] }>
}

/** How the engine behind a protocol differs from the usual one. */
export interface FaceOptions extends EngineOptions {
  /** Puts something between the protocol and the scheduler. */
  readonly wrap?: (scheduler: Scheduler) => Scheduler
}

/** A protocol to be told the story. */
export interface ProtocolAdapter {
  /** The name under which its actions are recorded. */
  readonly name: string
  readonly lacks: readonly Ability[]
  /** What the same request under the same id comes to: its action again, or a refusal. */
  readonly repetition: 'same' | 'refused'
  open (t: Test, options: FaceOptions): Promise<ProtocolFace>
}

const script = 'agent.steward/test.script'
const id = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'
const nobody = '0198c5a1-7d3e-7cc4-9a6b-000000000000'

/** Tells the same story through a protocol: in whatever language, it leaves the same rows and the same histories. */
export function protocolContract (t: Test, adapter: ProtocolAdapter): void {
  const has = (ability: Ability): boolean => !adapter.lacks.includes(ability)
  t.test(`${adapter.name}: what is scheduled is on disk when it is answered`, async t => {
    const face = await adapter.open(t, {})

    const scheduled = idOf(await face.schedule({ kind: script, args: { steps: [] } }))

    const row = { kind: script, state: 'NEW', args: { steps: [] }, lane: 'main', protocol: adapter.name }
    t.same(rows(face), [{ ...row, history: [['NEW', null]] }])
    t.same(await face.get(scheduled), { state: 'NEW', payload: null, history: ['NEW'] })
    t.equal(await face.get(nobody), null)
  })
  refusals(t, adapter)
  runs(t, adapter)
  if (has('own-id')) ids(t, adapter)
  if (has('list')) lists(t, adapter)
  if (has('cancel')) cancels(t, adapter)
}

function refusals (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: what cannot be done is refused, and leaves nothing behind`, async t => {
    const face = await adapter.open(t, {})

    t.same(await face.schedule({ kind: 'no.such/kind' }), { refused: 'invalid' })
    t.same(await face.schedule({ kind: script, args: { steps: 'none' } }), { refused: 'invalid' })
    t.same(rows(face), [])
  })

  t.test(`${adapter.name}: a full queue is busy, and takes more when there is room`, async t => {
    const face = await adapter.open(t, { queueLimit: 1 })
    const first = idOf(await face.schedule({ kind: script }))

    t.same(await face.schedule({ kind: script }), { refused: 'busy' })
    t.equal(rows(face).length, 1)
    await face.engine.scheduler.cancel(first)
    t.type(idOf(await face.schedule({ kind: script })), 'string')
  })

  t.test(`${adapter.name}: a full disk is told as such`, async t => {
    const face = await adapter.open(t, {
      wrap: scheduler => ({ ...scheduler, schedule: async () => { throw new Problem('store-full') } })
    })

    t.same(await face.schedule({ kind: script }), { refused: 'full' })
  })

  t.test(`${adapter.name}: an agent that stops takes nothing new, and can still be read`, async t => {
    const face = await adapter.open(t, {})
    const scheduled = idOf(await face.schedule({ kind: script }))
    face.engine.scheduler.refuse()

    t.same(await face.schedule({ kind: script }), { refused: 'unavailable' })
    t.match(await face.get(scheduled), { state: 'NEW' })
    t.equal(rows(face).length, 1)
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

    t.match(rows(face), [
      { state: 'DONE', history: [['NEW', null], ['RUNNING', null], ['RUNNING', 'half'], ['DONE', 'whole']] },
      { state: 'FAILED', history: [['NEW', null], ['RUNNING', null], ['FAILED', { error: 'broken', reason: 'error' }]] }
    ])
    t.same(await face.get(good), { state: 'DONE', payload: 'whole', history: ['NEW', 'RUNNING', 'RUNNING', 'DONE'] })
    const payload = { error: 'broken', layers: [] }
    t.match(await face.get(bad), { state: 'FAILED', payload, history: ['NEW', 'RUNNING', 'FAILED'] })
  })
}

function ids (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: an id is given once`, async t => {
    const face = await adapter.open(t, {})
    const request = { kind: script, id, args: { steps: [] } }

    t.same(await face.schedule({ ...request, id: id.toUpperCase() }), { id })
    t.same(await face.schedule(request), adapter.repetition === 'same' ? { id } : { refused: 'conflict' })
    t.same(await face.schedule({ ...request, args: { steps: [{ do: 'done' }] } }), { refused: 'conflict' })
    t.same(await face.schedule({ ...request, id: 'nonsense' }), { refused: 'invalid' })
    t.match(rows(face), [{ args: { steps: [] }, history: [['NEW', null]] }])
    t.equal(rows(face).length, 1)
  })
}

function lists (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: every action is in one of the lists`, async t => {
    const face = await adapter.open(t, {})
    const put = async (): Promise<string> => idOf(await face.schedule({ kind: script }))
    const [first, second, third] = [await put(), await put(), await put()]
    await face.engine.scheduler.cancel(first)
    await face.engine.store.claim('main')

    const { queue, finished } = await face.list?.() ?? { queue: [], finished: [] }

    t.same(queue.toSorted(), [second, third].toSorted())
    t.same(finished, [first])
  })
}

function cancels (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: what waits can be cancelled, what runs is told to end, what is over cannot`, async t => {
    const face = await adapter.open(t, {})
    const cancel = async (id: string): Promise<Answer | undefined> => await face.cancel?.(id)
    const running = idOf(await face.schedule({ kind: script, args: { steps: [{ do: 'sleep', ms: 600_000 }] } }))
    const waiting = idOf(await face.schedule({ kind: script }))

    t.same(await cancel(waiting), { id: waiting })
    await face.engine.executor.start()
    await face.engine.scheduler.changed(running, 1, AbortSignal.timeout(10_000))
    t.same(await cancel(running), { id: running })
    await face.engine.finished(running)

    t.match(rows(face), [
      { state: 'FAILED', history: [['NEW', null], ['RUNNING', null], ['FAILED', { reason: 'cancelled' }]] },
      { state: 'FAILED', history: [['NEW', null], ['FAILED', { reason: 'cancelled' }]] }
    ])
    t.same(await cancel(waiting), { refused: 'conflict' })
    t.same(await cancel(nobody), { refused: 'missing' })
  })
}

function idOf (answer: Answer): string {
  if ('id' in answer) return answer.id
  throw new Error(`refused: ${answer.refused}`)
}

/** What is in the store, without what differs from run to run. */
function rows ({ engine: { store } }: ProtocolFace) {
  return store.page({ filter: {}, order: 'asc', limit: 100 }).items.map(({ id, seq, kind, state, lane, protocol }) => ({
    kind,
    state,
    args: store.get(id)?.args,
    lane,
    protocol,
    history: store.history(seq).map(({ state, payload }) => [state, payload])
  }))
}
