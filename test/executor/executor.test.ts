import t from 'tap'
import { done, failed } from '../../src/domain/kind.js'
import { openEngine } from '../support/engine.js'
import { aborted, scriptedKind } from '../support/scripted-kind.js'
import { draft } from '../contracts/store-under-test.js'
import { someCaller } from '../support/access.js'

const kind = 'test.steward/scripted'
const everything = { filter: {}, order: 'asc', limit: 100 } as const

t.test('a kind that changes its arguments changes nothing that others are told', async t => {
  const engine = openEngine(t, {
    kinds: [{
      ...{ kind: 'test.steward/changes', summary: 'x', args: {}, timeoutMs: null, onInterrupt: 'fail' },
      async run ({ args }: { args: { list?: number[], was?: string } }) {
        args.list!.push(2)
        args.was = 'changed'
        return done()
      }
    }]
  })
  await engine.run()

  const scheduled = await engine.schedule('test.steward/changes', { args: { list: [1] } })
  const told = await engine.finished(scheduled.id)

  t.strictSame(scheduled.args, { list: [1] })
  t.strictSame(told.args, { list: [1] })
  t.strictSame(engine.store.get(scheduled.id), told)
})

t.test('a lane runs strictly one action at a time, in the order of scheduling', async t => {
  const scripted = scriptedKind(kind)
  const engine = openEngine(t, { kinds: [scripted] })
  await engine.run()
  const [first, second] = [await engine.schedule(kind), await engine.schedule(kind)]

  const one = await scripted.begun()
  t.equal(one.context.action.id, first.id)
  t.equal(one.context.action.state, 'RUNNING')
  t.strictSame(engine.store.lanes(), [{ lane: 'main', waiting: 1, running: 1 }])
  t.equal(scripted.runs, 1)
  one.returns(done({ n: 1 }))
  const two = await scripted.begun()
  t.equal(two.context.action.id, second.id)
  t.match(engine.scheduler.get(first.id), { state: 'DONE', statePayload: { n: 1 } }, 'the first is final before the second begins')
  two.returns(done())

  await engine.finished(second.id)
  t.strictSame(engine.store.lanes(), [])
})

t.test('different lanes run at once, as many as are allowed, and the others take turns', async t => {
  const scripted = scriptedKind(kind)
  const engine = openEngine(t, { kinds: [scripted], maxLanes: 2 })
  await engine.run()
  for (const lane of ['a', 'b', 'c', 'a', 'b', 'c']) await engine.schedule(kind, { lane })
  const order: string[] = []

  const running = [await scripted.begun(), await scripted.begun()]
  t.equal(scripted.runs, 2)
  for (let step = 0; step < 6; step++) {
    const run = running.shift()!
    order.push(run.context.action.lane)
    run.returns(done())
    await engine.finished(run.context.action.id)
    if (scripted.runs < 6) running.push(await scripted.begun())
    else if (running.length === 0 && step < 5) running.push(await scripted.begun())
  }

  t.strictSame([...order].sort(), ['a', 'a', 'b', 'b', 'c', 'c'])
  t.ok(order.indexOf('c') < 4, 'the third lane had its turn before the first two were drained')
})

t.test('an empty agent picks an action up without being asked', async t => {
  const engine = openEngine(t)
  await engine.run()

  const { id } = await engine.schedule('agent.replicante.io/debug.progress')
  const action = await engine.finished(id)

  t.strictSame(engine.scheduler.history(action).map(({ state }) => state), ['NEW', 'RUNNING', 'RUNNING', 'DONE'])
})

t.test('whatever a kind does, its action ends', async t => {
  const scripted = scriptedKind(kind)
  const engine = openEngine(t, { kinds: [scripted], payloadLimit: 1000 })
  await engine.run()
  const outcome = async (lead: (run: Awaited<ReturnType<typeof scripted.begun>>) => void | Promise<void>) => {
    const { id } = await engine.schedule(kind)
    await lead(await scripted.begun())
    return await engine.finished(id)
  }

  t.match(await outcome(run => { run.throws(new TypeError('broken', { cause: new Error('below') })) }), {
    state: 'FAILED', statePayload: { error: 'broken', layers: ['below'], trace: /TypeError/, variant: 'TypeError', reason: 'error' }
  })
  t.match(await outcome(run => { run.throws('a text') }), { state: 'FAILED', statePayload: { error: 'a text', reason: 'error' } })
  t.match(await outcome(run => { run.throws(undefined) }), { state: 'FAILED', statePayload: { reason: 'error' } })
  t.match(await outcome(run => { run.returns(failed('no', { more: { exit_code: 3 }, layers: ['why'] })) }), {
    state: 'FAILED', statePayload: { error: 'no', exit_code: 3, layers: ['why'], trace: null, variant: null, reason: 'error' }
  })
  t.match(await outcome(run => { run.returns({ state: 'FAILED', payload: { error: 'careless' } as never }) }), {
    state: 'FAILED', statePayload: { error: 'careless', layers: [], trace: null, variant: null, reason: 'error' }
  })
  for (const [careless, error] of [
    [undefined, /no outcome/], [null, /no outcome/], ['DONE', /no outcome/], [{ state: 'PAUSED' }, /no outcome/],
    [{ state: 'FAILED', payload: null }, /without saying why/], [{ state: 'FAILED' }, /without saying why/],
    [{ state: 'FAILED', payload: { error: { text: 'x'.repeat(2000) }, layers: 'one' } }, /without saying why/]
  ] as const) {
    t.match(await outcome(run => { run.returns(careless as never) }), {
      state: 'FAILED', statePayload: { error, layers: [], trace: null, variant: null, reason: 'error' }
    }, JSON.stringify(careless)?.slice(0, 50))
  }
  t.match(await outcome(run => { run.throws(Object.create(null)) }), { statePayload: { error: /cannot be printed/ } })
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  t.match(await outcome(run => { run.returns(done(cyclic as never)) }), { state: 'DONE', statePayload: { payload_dropped: /not JSON/ } })
  t.match(await outcome(run => { run.returns(done('x'.repeat(1001))) }), { state: 'DONE', statePayload: { payload_dropped: /1003 bytes/ } })
  t.match(await outcome(async run => {
    await t.rejects(run.context.progress('x'.repeat(70_000)), RangeError)
    run.returns(done('went on'))
  }), { state: 'DONE', statePayload: 'went on' })
})

t.test('an action whose kind is gone when its turn comes is FAILED, and the lane goes on', async t => {
  const engine = openEngine(t)
  const gone = draft({ kind: 'old.steward/kind' })
  await engine.store.append(gone)
  const { id } = await engine.schedule('agent.replicante.io/debug.success')

  await engine.run()

  t.match(await engine.finished(gone.id), { state: 'FAILED', statePayload: { reason: 'unavailable', error: /old.steward\/kind/ } })
  t.match(await engine.finished(id), { state: 'DONE' })
})

t.test('a run that takes longer than its kind allows is told so, and FAILED when it has returned', async t => {
  const scripted = scriptedKind(kind, { timeoutMs: 5 })
  const engine = openEngine(t, { kinds: [scripted] })
  await engine.run()
  const { id } = await engine.schedule(kind)

  const { context, returns } = await scripted.begun()
  t.equal(await aborted(context.signal), 'timeout')
  t.equal(engine.scheduler.get(id).state, 'RUNNING', 'not before it has returned')
  await t.rejects(context.progress('late'), 'progress after an abort throws')
  returns(done('done all the same'))

  t.match(await engine.finished(id), { state: 'FAILED', statePayload: { reason: 'timeout', result: 'done all the same' } })
})

t.test('cancelling', async t => {
  t.test('a waiting action ends it at once, and it never runs', async t => {
    const scripted = scriptedKind(kind)
    const engine = openEngine(t, { kinds: [scripted] })
    await engine.run()
    await engine.schedule(kind)
    const { id } = await engine.schedule(kind)
    const first = await scripted.begun()

    t.match(await engine.scheduler.cancel(id, someCaller), { state: 'FAILED', statePayload: { reason: 'cancelled' } })
    first.returns(done())
    const last = await engine.schedule(kind)
    const next = await scripted.begun()
    t.equal(next.context.action.id, last.id)
    next.returns(done())
    await engine.finished(last.id)
  })

  t.test('a running action aborts its signal; it is FAILED when the run has returned', async t => {
    const scripted = scriptedKind(kind)
    const engine = openEngine(t, { kinds: [scripted] })
    await engine.run()
    const { id } = await engine.schedule(kind)
    const run = await scripted.begun()
    const slept = run.context.sleep(1_000_000)

    const answer = await engine.scheduler.cancel(id, someCaller)
    const again = await engine.scheduler.cancel(id, someCaller)

    t.equal(answer.state, 'RUNNING')
    t.ok(answer.cancelRequestedAt !== null)
    t.strictSame(again, answer, 'repeating is harmless')
    await t.rejects(slept, 'a sleeping run wakes')
    t.equal(run.context.signal.reason, 'cancelled')
    run.throws(run.context.signal.reason)
    t.match(await engine.finished(id), { state: 'FAILED', statePayload: { reason: 'cancelled', layers: [] } })
    await t.rejects(engine.scheduler.cancel(id, someCaller), { code: 'action-finished' })
  })

  t.test('in the very turn that claims it', async t => {
    const scripted = scriptedKind(kind)
    const engine = openEngine(t, { kinds: [scripted] })
    const { id } = await engine.schedule(kind)

    // The claim of the starting executor joins the same write turn as the cancel, and comes first.
    await engine.executor.start()
    const cancelled = await engine.scheduler.cancel(id, someCaller)
    t.equal(cancelled.state, 'RUNNING')
    const run = await scripted.begun()

    t.equal(run.context.signal.aborted, true)
    run.throws(run.context.signal.reason)
    t.match(await engine.finished(id), { state: 'FAILED', statePayload: { reason: 'cancelled' } })
  })

  t.test('an outcome that was returned before wins', async t => {
    const scripted = scriptedKind(kind)
    const engine = openEngine(t, { kinds: [scripted] })
    await engine.run()
    const { id } = await engine.schedule(kind)
    const run = await scripted.begun()

    // Both join one write turn: the settling after the cancel, with an outcome that was there before it.
    const cancelled = engine.scheduler.cancel(id, someCaller)
    run.returns(done('finished'))

    t.match(await cancelled, { state: 'RUNNING' })
    const action = await engine.finished(id)
    t.match(action, { state: 'DONE', statePayload: 'finished' })
    t.ok(action.cancelRequestedAt !== null)
  })

  t.test('a kind may refuse, and then nothing changes', async t => {
    const scripted = scriptedKind(kind, { refuseCancel: action => action.statePayload === 'too late' ? 'it is too late' : null })
    const engine = openEngine(t, { kinds: [scripted] })
    await engine.run()
    const { id } = await engine.schedule(kind)
    const run = await scripted.begun()
    await run.context.progress('too late')

    await t.rejects(engine.scheduler.cancel(id, someCaller), { code: 'cancel-refused', message: /it is too late/ })

    t.equal(engine.scheduler.get(id).cancelRequestedAt, null)
    t.equal(run.context.signal.aborted, false)
    run.returns(done())
    await engine.finished(id)
  })

  t.test('a run that does not notice blocks its lane, which is reported; other lanes go on', async t => {
    const scripted = scriptedKind(kind)
    const stuck: string[] = []
    let reported = (): void => {}
    const report = new Promise<void>(resolve => { reported = resolve })
    const engine = openEngine(t, {
      kinds: [scripted],
      stuckAfterMs: 1,
      observer: { stuck: run => { stuck.push(`${run.kind} ${run.lane}`); reported() } }
    })
    await engine.run()
    const { id } = await engine.schedule(kind)
    const run = await scripted.begun()

    await engine.scheduler.cancel(id, someCaller)
    await report
    const other = await engine.schedule('agent.replicante.io/debug.success', { lane: 'other' })

    t.strictSame(stuck, [`${kind} main`])
    t.match(await engine.finished(other.id), { state: 'DONE' })
    t.equal(engine.scheduler.get(id).state, 'RUNNING')
    run.returns(done())
    await engine.finished(id)
  })
})

t.test('a finished action is answered to whoever waited, and a wait can be given up', async t => {
  const scripted = scriptedKind(kind)
  const engine = openEngine(t, { kinds: [scripted] })
  await engine.run()
  const action = await engine.schedule(kind)
  const run = await scripted.begun()
  const giveUp = new AbortController()
  const given = engine.scheduler.outcome(action.id, giveUp.signal)
  const { version } = engine.scheduler.get(action.id)
  const changed = engine.scheduler.changed(action.id, version, new AbortController().signal)

  giveUp.abort('enough')
  await t.rejects(given)
  await run.context.progress('step')
  t.match(await changed, { statePayload: 'step' })
  run.returns(done())

  t.match(await engine.finished(action.id), { state: 'DONE' })
  t.match(await engine.finished(action.id), { state: 'DONE' }, 'also when it was final before')
  t.equal(engine.store.page(everything).items.length, 1)
})
