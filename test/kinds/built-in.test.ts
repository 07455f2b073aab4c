import t from 'tap'
import type { JsonValue } from '../../src/domain/json.js'
import { Problem } from '../../src/domain/problem.js'
import { builtInKinds } from '../../src/kinds/index.js'
import { createRegistry } from '../../src/kinds/registry.js'
import { kindContract, type KindCases } from '../contracts/kind.js'
import { createKindContext } from '../support/kind-context.js'

const clock = { now: () => Date.UTC(2026, 10, 21, 7, 36) }

/** What the contract tries each built-in kind with. A kind without an entry here fails the test below. */
const cases: Record<string, KindCases> = {
  'agent.replicante.io/debug.success': { run: () => ({}) },
  'agent.replicante.io/debug.fail': { run: () => ({}), state: 'FAILED' },
  'agent.replicante.io/debug.progress': { run: () => ({}) },
  'agent.replicante.io/test.ping': {
    run: () => ({ args: { count: 3 } }),
    badArgs: [{ count: 0 }, { count: 1001 }, { count: 1.5 }, { count: '3' }, { cuont: 3 }, [], 'three']
  },
  'agent.replicante.io/test.success': { run: () => ({}) },
  'agent.replicante.io/test.fail': { run: () => ({}), state: 'FAILED' },
  'agent.replicante.io/test.loop': {
    run: () => ({ args: { target: 4 } }),
    badArgs: [{ target: 0 }, { target: 10_001 }, { target: 1.5 }, { target: '3' }, { target: null }, { count: 3 }, [], 3]
  },
  'agent.steward/test.script': {
    run: () => ({ args: { steps: [{ do: 'progress', payload: 1 }, { do: 'sleep', ms: 0 }, { do: 'ignore-abort', ms: 0 }, { do: 'done', payload: null }] } }),
    badArgs: [{ steps: [{ do: 'dance' }] }, { steps: [{ do: 'sleep' }] }, { steps: [{ do: 'sleep', ms: -1 }] }, { steps: [{ do: 'done', extra: 1 }] }, { steps: {} }]
  }
}

for (const kind of builtInKinds({ clock })) kindContract(t, kind, cases[kind.kind]!)

t.test('test.ping answers with one "Pong at <date>" for each step, and goes on where it was', async t => {
  const ping = builtInKinds({ clock }).find(({ kind }) => kind.endsWith('test.ping'))!
  const pong = 'Pong at 2026-11-21T07:36:00.000Z'
  const run = createKindContext({ kind: ping.kind, args: { count: 3 } })
  const resumed = createKindContext({ kind: ping.kind, args: { count: 3 }, statePayload: ['Pong at before'], resumed: true })
  const plain = createKindContext({ kind: ping.kind, args: {} })

  t.strictSame(await ping.run(run.context), { state: 'DONE', payload: [pong, pong, pong] })
  t.strictSame(run.reported, [[pong], [pong, pong]])
  t.strictSame(await ping.run(resumed.context), { state: 'DONE', payload: ['Pong at before', pong, pong] })
  t.strictSame(await ping.run(plain.context), { state: 'DONE', payload: [pong] })
})

t.test('test.loop counts to its target, one step each, and goes on where it was', async t => {
  const loop = builtInKinds({ clock }).find(({ kind }) => kind.endsWith('test.loop'))!
  const run = createKindContext({ kind: loop.kind, args: { target: 3 } })
  const plain = createKindContext({ kind: loop.kind, args: {} })
  const single = createKindContext({ kind: loop.kind, args: { target: 1 } })

  t.strictSame(await loop.run(run.context), { state: 'DONE', payload: { count: 3, target: 3 } })
  t.strictSame(run.reported, [{ count: 1, target: 3 }, { count: 2, target: 3 }])
  t.strictSame(await loop.run(plain.context), { state: 'DONE', payload: { count: 10, target: 10 } })
  t.strictSame(await loop.run(single.context), { state: 'DONE', payload: { count: 1, target: 1 } })
  t.strictSame(single.reported, [])
  for (const [count, reported] of [[1, [{ count: 2, target: 3 }]], [2, []], [3, []]] as const) {
    const resumed = createKindContext({ kind: loop.kind, args: { target: 3 }, statePayload: { count, target: 3 } })
    t.strictSame(await loop.run(resumed.context), { state: 'DONE', payload: { count: 3, target: 3 } })
    t.strictSame(resumed.reported, reported, `after ${count}`)
  }
})

t.test('test.loop ends where it is when it is cancelled', async t => {
  const loop = builtInKinds({ clock }).find(({ kind }) => kind.endsWith('test.loop'))!
  const run = createKindContext({ kind: loop.kind, args: { target: 10_000 } })
  run.onReport(payload => { if ((payload as { count: number }).count === 5) run.abort('cancelled') })

  await t.rejects(loop.run(run.context))
  t.equal(run.reported.length, 5)
})

t.test('the script fails and throws when it is told to', async t => {
  const script = builtInKinds({ clock }).find(({ kind }) => kind.endsWith('test.script'))!
  const run = async (step: object) => {
    const { context } = createKindContext({ kind: script.kind, args: { steps: [step] as never } })
    return await script.run(context)
  }

  t.match(await run({ do: 'fail', error: 'as told' }), { state: 'FAILED', payload: { error: 'as told', variant: 'ScriptFailed' } })
  await t.rejects(run({ do: 'throw', error: 'as told' }), { message: 'as told' })
})

t.test('the registry', async t => {
  const [first] = builtInKinds({ clock })
  const registry = createRegistry(builtInKinds({ clock }))

  t.throws(() => createRegistry([first!, first!]), /registered twice/, 'a name taken twice stops the start')
  t.throws(() => createRegistry([{ ...first!, kind: 'no slash' }]), /no name for a kind/)
  t.throws(() => createRegistry([{ ...first!, args: { type: 'objekt' } }]), /not valid/)
  t.throws(() => { registry.check('no.such/kind', null) }, { code: 'unknown-kind' })
  t.throws(() => { registry.check('__proto__', null) }, { code: 'unknown-kind' })
  t.throws(() => { registry.check('agent.replicante.io/test.ping', { count: 'x', 'a/b': 1 }) }, {
    code: 'invalid-args', errors: [{ pointer: '/args/a~1b', detail: 'is not a known field' }, { pointer: '/args/count', detail: 'must be integer' }]
  })
  const faults = (kind: string, args: JsonValue): number => {
    try {
      registry.check(kind, args)
    } catch (error) {
      if (error instanceof Problem) return error.errors.length
    }
    return 0
  }
  t.equal(faults('agent.steward/test.script', { steps: Array.from({ length: 9000 }, () => 1) }), 1, 'one of a great many')
  const careless = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x${index}`, 1]))
  t.equal(faults('agent.replicante.io/test.ping', careless), 20, 'the first twenty of many')
  t.doesNotThrow(() => { registry.check('agent.replicante.io/test.ping', null) }, 'no arguments are an empty object to a kind that takes one')
  t.ok(registry.list().every((kind, at, all) => at === 0 || all[at - 1]!.kind < kind.kind), 'discovery is in alphabetical order')
})
