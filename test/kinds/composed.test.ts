import t from 'tap'
import type { JsonObject, JsonSchema, JsonValue } from '../../src/domain/json.js'
import { done, failed, noArgs } from '../../src/domain/kind.js'
import type { AbortReason, ActionKind, KindContext, Outcome } from '../../src/domain/kind.js'
import { Problem } from '../../src/domain/problem.js'
import { createComposedKind } from '../../src/kinds/composed.js'
import { createRegistry } from '../../src/kinds/registry.js'
import { kindContract } from '../contracts/kind.js'
import { createKindContext, type FakeRun } from '../support/kind-context.js'
import { aborted } from '../support/scripted-kind.js'

type Run = (context: KindContext) => Promise<Outcome>

/** A kind that does this. */
function stageKind (name: string, run: Run, some: Partial<ActionKind> = {}): ActionKind {
  return { kind: `test.stage/${name}`, summary: 'Is a stage.', args: noArgs, timeoutMs: null, onInterrupt: 'resume', run, ...some }
}

/** Makes a kind of the given stages; a name of each is that of its kind. */
function compose (...kinds: [ActionKind, ...ActionKind[]]): ActionKind {
  const [first, ...rest] = kinds.map(kind => ({ name: kind.kind.split('/')[1] ?? '', kind }))
  if (first === undefined) throw new Error('there is no stage')
  return createComposedKind({ kind: 'test.composed/work', summary: 'Works in stages.', stages: [first, ...rest] })
}

/** A composed kind of the stages `one` and `two`, and which of them have begun. */
function recorded (some: { readonly one?: Run, readonly two?: Run } = {}):
{ readonly kind: ActionKind, readonly begun: string[] } {
  const begun: string[] = []
  const stage = (name: 'one' | 'two'): ActionKind => stageKind(name, async context => {
    begun.push(`${name}${context.resumed ? ` resumed with ${JSON.stringify(context.action.statePayload)}` : ''}`)
    if (some[name] !== undefined) return await some[name](context)
    await context.progress(`half of ${name}`)
    return done(`all of ${name}`)
  })
  return { kind: compose(stage('one'), stage('two')), begun }
}

const outcomeOf = async (kind: ActionKind, run: FakeRun = {}): Promise<Outcome> =>
  await kind.run(createKindContext(run).context)

kindContract(t, recorded().kind, { run: () => ({}), badArgs: [{ three: {} }, { one: { x: 1 } }, { one: null }, []] })

t.test('stages run in order, and each step is on disk before the next', async t => {
  const { kind, begun } = recorded()
  const { context, reported, onReport } = createKindContext()
  const told: Array<[number, string[]]> = []
  onReport(() => { told.push([reported.length, [...begun]]) })

  const outcome = await kind.run(context)

  t.strictSame(reported, [
    { stage: 0, state: 'RUNNING', payload: null },
    { stage: 0, state: 'RUNNING', payload: 'half of one' },
    { stage: 0, state: 'DONE', payload: 'all of one' },
    { stage: 1, state: 'RUNNING', payload: null },
    { stage: 1, state: 'RUNNING', payload: 'half of two' }
  ])
  t.strictSame(outcome, done({ stage: 1, state: 'DONE', payload: 'all of two' }))
  t.strictSame(told, [[1, []], [2, ['one']], [3, ['one']], [4, ['one']], [5, ['one', 'two']]])
})

t.test('a stage that is done without a payload keeps that of its last progress', async t => {
  const { kind } = recorded({
    two: async ({ progress }) => {
      await progress('said before')
      return done()
    }
  })

  t.strictSame(await outcomeOf(kind), done({ stage: 1, state: 'DONE', payload: 'said before' }))
  const left = { stage: 1, state: 'RUNNING', payload: 'said before' }
  t.strictSame(await outcomeOf(recorded({ two: async () => done() }).kind, { statePayload: left }), done({ ...left, state: 'DONE' }))
})

t.test('the first failure is that of the action, and nothing follows', async t => {
  const details = { layers: ['deep'], variant: 'Odd', reason: 'unavailable', more: { left: 3 } } as const
  const { kind, begun } = recorded({ one: async () => failed('It went wrong.', { ...details, layers: ['deep'] }) })

  const outcome = await outcomeOf(kind)

  const failure = { error: 'It went wrong.', layers: ['deep'], trace: null, variant: 'Odd', reason: 'unavailable' }
  t.strictSame(outcome, { state: 'FAILED', payload: { ...failure, stage: 0, state: 'FAILED', payload: { ...failure, left: 3 } } })
  t.strictSame(begun, ['one'])
})

t.test('an exception of a stage is its failure', async t => {
  const { kind } = recorded({ two: async () => { throw new TypeError('broken', { cause: new Error('the cause') }) } })

  t.match(await outcomeOf(kind), {
    state: 'FAILED',
    payload: {
      error: 'broken', layers: ['the cause'], trace: /TypeError: broken\n/, variant: 'TypeError', reason: 'error', stage: 1, state: 'FAILED', payload: { error: 'broken' }
    }
  })
})

t.test('each stage sees the arguments under its name, as an action of its kind would', async t => {
  const seen: JsonValue[] = []
  const see: Run = async ({ args, action }) => {
    seen.push(args, action.args, action.kind)
    return done()
  }
  const object: JsonSchema = { type: 'object', properties: { n: { type: 'integer' } }, additionalProperties: false }
  const kind = compose(stageKind('one', see, { args: object }), stageKind('two', see, { args: object }), stageKind('three', see, { args: {} }))

  await outcomeOf(kind, { args: { two: { n: 2 } } })

  t.strictSame(seen, [{}, null, 'test.stage/one', { n: 2 }, { n: 2 }, 'test.stage/two', null, null, 'test.stage/three'])
})

t.test('the schema is made of those of the stages', async t => {
  const needy: JsonSchema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], additionalProperties: false }
  const kind = compose(stageKind('one', async () => done()), stageKind('two', async () => done(), { args: needy }))
  const registry = createRegistry([kind])
  const refused = (args: JsonValue): unknown => {
    try {
      registry.check(kind.kind, args)
      return null
    } catch (error) {
      return (error as Problem).errors?.map(({ pointer }) => pointer)
    }
  }

  t.equal(refused({ two: { n: 1 } }), null)
  t.equal(refused({ one: {}, two: { n: 1 } }), null)
  t.strictSame(refused(null), ['/args/two'])
  t.strictSame(refused({ two: { n: 'x' }, four: 1 }), ['/args/four', '/args/two/n'])
})

t.test('after an interruption the stage that ran goes on, and what was done is not run again', async t => {
  const resume = async (left: JsonObject | null): Promise<string[]> => {
    const { kind, begun } = recorded()
    const outcome = await outcomeOf(kind, { statePayload: left, resumed: true })
    t.strictSame(outcome, done({ stage: 1, state: 'DONE', payload: 'all of two' }))
    return begun
  }

  t.strictSame(await resume(null), ['one', 'two'])
  t.strictSame(await resume({ stage: 0, state: 'RUNNING', payload: 'half of one' }), ['one resumed with "half of one"', 'two'])
  t.strictSame(await resume({ stage: 0, state: 'DONE', payload: 'all of one' }), ['two'])
  t.strictSame(await resume({ stage: 1, state: 'RUNNING', payload: null }), ['two resumed with null'])
})

t.test('a stage that cannot go on after an interruption fails, and one that had not begun does not', async t => {
  let runs = 0
  const fragile = stageKind('fragile', async () => {
    runs++
    return done()
  }, { onInterrupt: 'fail' })
  const kind = compose(stageKind('one', async () => done()), fragile)

  t.match(await outcomeOf(kind, { statePayload: { stage: 1, state: 'RUNNING', payload: 'half' } }), {
    state: 'FAILED', payload: { error: /in the stage "fragile"/, reason: 'interrupted', stage: 1, state: 'FAILED', payload: { reason: 'interrupted' } }
  })
  t.equal(runs, 0)
  t.match(await outcomeOf(kind, { statePayload: { stage: 0, state: 'DONE', payload: null } }), { state: 'DONE' })
  t.equal(runs, 1)
  t.match(await outcomeOf(kind, { statePayload: { stage: 2, state: 'RUNNING', payload: null } }), { state: 'FAILED', payload: { reason: 'interrupted' } })
})

t.test('the time limit of a stage holds for that stage', async t => {
  const limited = (run: Run): ActionKind => compose(stageKind('slow', run, { timeoutMs: 20 }), stageKind('next', async () => done()))
  const timeout = { state: 'FAILED', payload: { error: 'The action took longer than its kind allows.', reason: 'timeout', stage: 0 } }

  t.match(await outcomeOf(limited(async ({ signal }) => { throw await aborted(signal) })), timeout)
  t.match(await outcomeOf(limited(async ({ signal }) => {
    await aborted(signal)
    return failed('Given up.', { more: { left: 3 } })
  })), { state: 'FAILED', payload: { error: 'Given up.', reason: 'timeout', payload: { left: 3 } } })
  t.match(await outcomeOf(limited(async ({ signal }) => {
    await aborted(signal)
    return done('all the same')
  })), { ...timeout, payload: { payload: { result: 'all the same' } } })
  t.match(await outcomeOf(limited(async () => done())), { state: 'DONE' }, 'a stage in time')
})

t.test('after its time a stage can neither wait nor report', async t => {
  const failures: unknown[] = []
  const { context, reported } = createKindContext()
  const waiting = { ...context, sleep: async () => { await new Promise(() => {}) } }
  const kind = compose(stageKind('slow', async ({ sleep, progress }) => {
    await sleep(1).catch((reason: unknown) => { failures.push(reason) })
    await progress('late').catch((reason: unknown) => { failures.push(reason) })
    // Nobody looks at this one, and the process goes on.
    const ignored = progress('later')
    return done(typeof ignored)
  }, { timeoutMs: 20 }))

  t.match(await kind.run(waiting), { state: 'FAILED', payload: { reason: 'timeout' } })

  t.strictSame(failures, ['timeout', 'timeout'])
  t.strictSame(reported, [{ stage: 0, state: 'RUNNING', payload: null }])
})

for (const timeoutMs of [null, 60_000]) {
  const limit = timeoutMs === null ? 'without a time limit' : 'with a time limit'
  const slow = compose(stageKind('slow', async ({ signal }) => { throw await aborted(signal) }, { timeoutMs }))
  const runUntil = async (reason: AbortReason): Promise<unknown> => {
    const { context, abort, onReport } = createKindContext()
    onReport(() => { abort(reason) })
    return await slow.run(context).catch((thrown: unknown) => thrown)
  }

  t.test(`a shutdown passes through a stage ${limit}`, async t => {
    t.equal(await runUntil('shutdown'), 'shutdown')
  })

  t.test(`a cancelled action says which stage it was in, ${limit}`, async t => {
    t.match(await runUntil('cancelled'), {
      state: 'FAILED',
      payload: { reason: 'cancelled', stage: 0, state: 'FAILED', payload: { reason: 'cancelled', error: 'The action was cancelled.' } }
    })
  })
}

t.test('what a stage returns when it is cancelled is kept', async t => {
  const kind = compose(stageKind('slow', async ({ signal }) => {
    await aborted(signal)
    return failed('Undone.', { reason: 'cancelled', more: { undone: true } })
  }))
  const { context, abort, onReport } = createKindContext()
  onReport(() => { abort('cancelled') })

  t.match(await kind.run(context), { state: 'FAILED', payload: { error: 'Undone.', stage: 0, payload: { undone: true } } })
})

t.test('the stage that runs says whether it can be cancelled', t => {
  const refuseCancel: ActionKind['refuseCancel'] = ({ statePayload, args }) => `no: ${JSON.stringify([statePayload, args])}`
  const kind = compose(stageKind('one', async () => done()), stageKind('two', async () => done(), { refuseCancel, args: {} }))
  const answer = (statePayload: JsonValue): string | null | undefined =>
    kind.refuseCancel?.(createKindContext({ statePayload, args: { two: [1] } }).context.action)

  t.equal(answer(null), null)
  t.equal(answer({ stage: 0, state: 'RUNNING', payload: null }), null)
  t.equal(answer({ stage: 0, state: 'DONE', payload: null }), null)
  t.equal(answer({ stage: 1, state: 'DONE', payload: null }), null)
  t.equal(answer({ stage: 1, state: 'RUNNING', payload: 'half' }), 'no: ["half",[1]]')
  t.end()
})
