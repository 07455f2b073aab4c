import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { done } from '../../src/domain/kind.js'
import { interruptionLimit } from '../../src/executor/recovery.js'
import { openEngine } from '../support/engine.js'
import { noSmallDisk, smallDisk } from '../support/small-disk.js'
import { aborted, scriptedKind } from '../support/scripted-kind.js'
import { someCaller } from '../support/access.js'

const kind = 'test.steward/scripted'

t.test('after a crash', async t => {
  t.test('a kind that resumes runs again, with what it last reported, before what waits', async t => {
    const before = scriptedKind(kind)
    const crashed = openEngine(t, { kinds: [before] })
    await crashed.run()
    const { id } = await crashed.schedule(kind)
    await crashed.schedule(kind)
    const run = await before.begun()
    await run.context.progress({ step: 7 })
    crashed.crash()

    const after = scriptedKind(kind)
    const engine = openEngine(t, { path: crashed.path, kinds: [after] })
    await engine.run()
    const again = await after.begun()

    t.equal(again.context.action.id, id)
    t.equal(again.context.resumed, true)
    t.strictSame(again.context.action.statePayload, { step: 7 })
    t.equal(after.runs, 1)
    again.returns(done())
    await engine.finished(id)
    const next = await after.begun()
    t.equal(next.context.resumed, false)
    next.returns(done())
    await engine.finished(next.context.action.id)
    t.strictSame(engine.scheduler.history(engine.scheduler.get(id)).map(({ state }) => state), ['NEW', 'RUNNING', 'RUNNING', 'DONE'])
  })

  t.test('a kind that does not resume is FAILED and not run again', async t => {
    const before = scriptedKind(kind, { onInterrupt: 'fail' })
    const crashed = openEngine(t, { kinds: [before] })
    await crashed.run()
    const { id } = await crashed.schedule(kind)
    await before.begun()
    crashed.crash()

    const after = scriptedKind(kind, { onInterrupt: 'fail' })
    const engine = openEngine(t, { path: crashed.path, kinds: [after] })
    await engine.executor.recover()

    t.match(engine.scheduler.get(id), { state: 'FAILED', statePayload: { reason: 'interrupted' } })
    t.equal(after.runs, 0)
  })

  t.test('claimed, and never begun', async t => {
    const crashed = openEngine(t, { kinds: [scriptedKind(kind)] })
    const { id } = await crashed.schedule(kind)
    await crashed.store.claim('main')
    crashed.crash()

    const after = scriptedKind(kind)
    const engine = openEngine(t, { path: crashed.path, kinds: [after] })
    await engine.run()
    const run = await after.begun()

    t.equal(run.context.resumed, true, 'it cannot be told from one that had begun')
    run.returns(done())
    t.match(await engine.finished(id), { state: 'DONE' })
  })

  t.test('a cancel that was acknowledged holds: the run begins with its signal aborted', async t => {
    const before = scriptedKind(kind)
    const crashed = openEngine(t, { kinds: [before] })
    await crashed.run()
    const { id } = await crashed.schedule(kind)
    const lost = await before.begun()
    await crashed.scheduler.cancel(id, someCaller)
    crashed.crash()
    lost.throws('the process is dead')

    const after = scriptedKind(kind)
    const engine = openEngine(t, { path: crashed.path, kinds: [after] })
    await engine.run()
    const run = await after.begun()

    t.equal(run.context.signal.aborted, true)
    t.equal(run.context.signal.reason, 'cancelled')
    run.returns(done('could not stop it'))
    t.match(await engine.finished(id), { state: 'FAILED', statePayload: { reason: 'cancelled', result: 'could not stop it' } })
  })

  t.test('a kind that is gone is FAILED', async t => {
    const before = scriptedKind(kind)
    const crashed = openEngine(t, { kinds: [before] })
    await crashed.run()
    const { id } = await crashed.schedule(kind)
    await before.begun()
    crashed.crash()

    const engine = openEngine(t, { path: crashed.path })
    await engine.executor.recover()

    t.match(engine.scheduler.get(id), { state: 'FAILED', statePayload: { reason: 'unavailable' } })
  })

  t.test('what kills the agent every time is given up; progress in between starts the count again', async t => {
    let path = ''
    const start = async () => {
      const scripted = scriptedKind(kind)
      const engine = openEngine(t, { kinds: [scripted], ...(path === '' ? {} : { path }) })
      path = engine.path
      await engine.run()
      return { engine, scripted }
    }
    let { engine, scripted } = await start()
    const { id } = await engine.schedule(kind)
    const die = async (): Promise<void> => {
      engine.crash();
      ({ engine, scripted } = await start())
    }

    await scripted.begun()
    for (let time = 1; time < interruptionLimit; time++) await die()
    const run = await scripted.begun()
    t.equal(run.context.action.interruptions, interruptionLimit - 1)
    await run.context.progress('further')
    for (let time = 1; time < interruptionLimit; time++) await die()
    t.equal(engine.scheduler.get(id).state, 'RUNNING')
    await scripted.begun()
    await die()

    t.match(await engine.finished(id), { state: 'FAILED', statePayload: { reason: 'interrupted', error: /3 times/ } })
    t.equal(scripted.runs, 0)
  })
})

t.test('at a shutdown', async t => {
  t.test('a kind that resumes is told at once, stays RUNNING, and goes on at the next start', async t => {
    const before = scriptedKind(kind)
    const stopped = openEngine(t, { kinds: [before], graceMs: 60_000 })
    await stopped.run()
    const { id } = await stopped.schedule(kind)
    const waiting = await stopped.schedule(kind)
    const { context, throws } = await before.begun()

    const stopping = stopped.stop()
    t.equal(await aborted(context.signal), 'shutdown')
    await t.rejects(context.progress('late'))
    throws(context.signal.reason)
    await stopping

    const after = scriptedKind(kind)
    const engine = openEngine(t, { path: stopped.path, kinds: [after] })
    t.match(engine.scheduler.get(id), { state: 'RUNNING' })
    t.match(engine.scheduler.get(waiting.id), { state: 'NEW' }, 'nothing new is claimed')
    await engine.run()
    const again = await after.begun()
    t.equal(again.context.action.id, id)
    t.equal(again.context.resumed, true)
    again.returns(done())
    const next = await after.begun()
    t.equal(next.context.action.id, waiting.id)
    next.returns(done())
    await engine.finished(waiting.id)
  })

  t.test('stopping in good order, however often, is no reason to give an action up', async t => {
    let path = ''
    let id = ''
    for (let stops = 0; stops <= interruptionLimit; stops++) {
      const scripted = scriptedKind(kind)
      const engine = openEngine(t, { kinds: [scripted], ...(path === '' ? {} : { path }) })
      path = engine.path
      if (id === '') id = (await engine.schedule(kind)).id
      await engine.run()
      const { context, throws } = await scripted.begun()
      t.equal(context.action.interruptions, 0)
      const stopping = engine.stop()
      await aborted(context.signal)
      throws(context.signal.reason)
      await stopping
    }

    t.match(openEngine(t, { path }).scheduler.get(id), { state: 'RUNNING', interruptions: 0 })
  })

  t.test('a kind that does not resume may end within the grace period', async t => {
    const scripted = scriptedKind(kind, { onInterrupt: 'fail' })
    const stopped = openEngine(t, { kinds: [scripted], graceMs: 60_000 })
    await stopped.run()
    const { id } = await stopped.schedule(kind)
    const { context, returns } = await scripted.begun()

    const stopping = stopped.stop()
    t.equal(context.signal.aborted, false)
    returns(done('in time'))
    await stopping

    t.match(openEngine(t, { path: stopped.path }).scheduler.get(id), { state: 'DONE', statePayload: 'in time' })
  })

  t.test('and is FAILED when the grace period is over', async t => {
    const scripted = scriptedKind(kind, { onInterrupt: 'fail' })
    const stopped = openEngine(t, { kinds: [scripted], graceMs: 1 })
    await stopped.run()
    const { id } = await stopped.schedule(kind)
    const { context, throws } = await scripted.begun()

    const stopping = stopped.stop()
    t.equal(await aborted(context.signal), 'shutdown')
    throws(context.signal.reason)
    await stopping

    t.match(openEngine(t, { path: stopped.path }).scheduler.get(id), { state: 'FAILED', statePayload: { reason: 'interrupted' } })
  })

  t.test('a stop that grants nothing tells every run at once, whatever is configured', async t => {
    const scripted = scriptedKind(kind, { onInterrupt: 'fail' })
    const engine = openEngine(t, { kinds: [scripted], graceMs: 3_600_000 })
    await engine.run()
    await engine.schedule(kind)
    const { context, throws } = await scripted.begun()

    const stopping = engine.executor.stop(0)
    t.equal(await aborted(context.signal), 'shutdown')
    throws(context.signal.reason)
    await stopping

    t.equal(engine.executor.trouble(), 'the executor is not running')
  })

  t.test('an outcome that is returned all the same is kept', async t => {
    const scripted = scriptedKind(kind)
    const stopped = openEngine(t, { kinds: [scripted] })
    await stopped.run()
    const { id } = await stopped.schedule(kind)
    const { context, returns } = await scripted.begun()

    const stopping = stopped.stop()
    await aborted(context.signal)
    returns(done('was finished'))
    await stopping

    t.match(openEngine(t, { path: stopped.path }).scheduler.get(id), { state: 'DONE', statePayload: 'was finished' })
  })

  t.test('what is being claimed in that moment is left waiting', async t => {
    const scripted = scriptedKind(kind)
    const stopped = openEngine(t, { kinds: [scripted], graceMs: 60_000 })
    const { id } = await stopped.schedule(kind)
    await stopped.executor.start()

    await stopped.stop()

    t.equal(scripted.runs, 0)
    t.match(openEngine(t, { path: stopped.path }).scheduler.get(id), { state: 'NEW' })
  })

  t.test('new work is refused', async t => {
    const engine = openEngine(t)
    engine.scheduler.refuse()
    await t.rejects(engine.schedule('agent.replicante.io/debug.success'), { code: 'shutting-down', category: 'unavailable' })
  })
})

t.test('at most max_lanes run at once after a restart too, and the others follow', async t => {
  const before = scriptedKind(kind)
  const crashed = openEngine(t, { kinds: [before], maxLanes: 3 })
  await crashed.run()
  for (const lane of ['a', 'b', 'c']) await crashed.schedule(kind, { lane })
  for (let run = 0; run < 3; run++) await before.begun()
  crashed.crash()

  const after = scriptedKind(kind)
  const engine = openEngine(t, { path: crashed.path, kinds: [after], maxLanes: 2 })
  await engine.run()
  const [first] = [await after.begun(), await after.begun()]
  t.equal(after.runs, 2)
  first.returns(done())
  const third = await after.begun()

  t.equal(third.context.resumed, true)
  t.equal(third.context.action.lane, 'c')
  engine.crash()
})

t.test('while another program holds the database, what has happened waits and is not forgotten', async t => {
  const scripted = scriptedKind(kind)
  const engine = openEngine(t, { kinds: [scripted] })
  await engine.run()
  const { id } = await engine.schedule(kind)
  const run = await scripted.begun()
  const other = new Database(engine.path)
  t.teardown(() => { other.close() })
  other.exec('begin immediate')

  await t.rejects(engine.schedule(kind), { code: 'store-unavailable' })
  t.match(engine.store.trouble(), /held by another program/)
  run.returns(done('kept'))
  await t.rejects(engine.schedule(kind), { code: 'store-unavailable' })
  t.equal(engine.scheduler.get(id).state, 'RUNNING')
  other.exec('rollback')

  t.match(await engine.finished(id), { state: 'DONE', statePayload: 'kept' })
  await engine.schedule('agent.replicante.io/debug.success', { lane: 'other' })
  t.equal(engine.store.trouble(), null)
})

t.test('a stop waits for a database that another program holds: what has happened is written', async t => {
  const scripted = scriptedKind(kind)
  const engine = openEngine(t, { kinds: [scripted] })
  await engine.run()
  const { id } = await engine.schedule(kind)
  const run = await scripted.begun()
  const other = new Database(engine.path)
  t.teardown(() => { other.close() })
  other.exec('begin immediate')
  run.returns(done('kept'))
  await t.rejects(engine.schedule(kind), { code: 'store-unavailable' })

  const stopped = engine.executor.stop(10_000)
  await t.rejects(engine.schedule(kind), { code: 'store-unavailable' })
  other.exec('rollback')
  await stopped

  t.match(engine.scheduler.get(id), { state: 'DONE', statePayload: 'kept' })
})

t.test('on a full disk new work is refused, running work keeps its outcome, and all goes on when there is room', async t => {
  const disk = smallDisk(t, '2m')
  if (disk === null) {
    t.pass('a small disk', { skip: noSmallDisk })
    return
  }
  const scripted = scriptedKind(kind)
  const engine = openEngine(t, { kinds: [scripted], path: join(disk, 'steward.db') })
  await engine.run()
  const { id } = await engine.schedule(kind)
  const waiting = await engine.schedule(kind)
  const run = await scripted.begun()
  const ballast = join(disk, 'ballast')
  for (const size of [1024 * 1024, 64 * 1024, 4096, 512]) {
    try {
      for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' })
    } catch { /* full by now, to within this size */ }
  }

  await t.rejects((async () => { for (;;) await engine.schedule(kind, { args: 'x'.repeat(10_000) }) })(), { code: 'store-full', category: 'full' })
  run.returns(done('not forgotten'))
  t.match(engine.store.trouble(), /is full/)
  t.match(engine.scheduler.get(id), { state: 'RUNNING' }, 'reading goes on')
  rmSync(ballast)

  t.match(await engine.finished(id), { state: 'DONE', statePayload: 'not forgotten' })
  const next = await scripted.begun()
  t.equal(next.context.action.id, waiting.id)
  t.equal(engine.store.trouble(), null)
  next.returns(done())
  await engine.finished(waiting.id)
  // What was accepted before the disk was full runs now, and has nothing to show here.
  engine.crash()
})
