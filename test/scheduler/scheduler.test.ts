import t from 'tap'
import { v7 } from 'uuid'
import type { ActionEvent } from '../../src/domain/action.js'
import { openEngine } from '../support/engine.js'
import { someCaller } from '../support/access.js'

const kind = 'agent.replicante.io/test.ping'

t.test('scheduling the same again is not doing it again', async t => {
  const { scheduler, store } = openEngine(t)
  const id = v7()
  const said = { kind, id, args: { count: 2 }, headers: { a: '1' }, requester: 'CORE_API', createdAt: 1000, ...someCaller }
  const first = await scheduler.schedule(said)

  const again = await scheduler.schedule({ ...said, id: id.toUpperCase() })
  const withoutTime = await scheduler.schedule({ kind, id, args: { count: 2 }, headers: { a: '1' }, requester: 'CORE_API', principal: 'somebody', protocol: 'other', remoteAddress: '10.0.0.1' })

  t.equal(first.fresh, true)
  t.strictSame(again, { action: first.action, fresh: false })
  t.equal(withoutTime.fresh, false, 'a time of creation counts only when it is given')
  for (const other of [{ args: { count: 3 } }, { args: null }, { headers: {} }, { requester: 'AGENT_API' }, { createdAt: 1001 }, { kind: 'agent.replicante.io/debug.success' }]) {
    await t.rejects(scheduler.schedule({ ...said, ...other }), { code: 'action-exists', category: 'conflict' }, JSON.stringify(other))
  }
  t.equal(store.page({ filter: {}, order: 'asc', limit: 10 }).items.length, 1)
})

t.test('arguments that differ only in form are the same', async t => {
  const { scheduler } = openEngine(t)
  const said = { kind: 'agent.replicante.io/debug.success', id: v7(), ...someCaller }
  await scheduler.schedule({ ...said, args: { a: 1, b: [-0] } })

  t.equal((await scheduler.schedule({ ...said, args: { b: [-0], a: 1 } })).fresh, false)
})

t.test('what cannot be done is refused before anything is written', async t => {
  const { scheduler, store } = openEngine(t)
  const said = { kind, ...someCaller }

  await t.rejects(scheduler.schedule({ ...said, kind: 'no.such/kind' }), { code: 'unknown-kind' })
  await t.rejects(scheduler.schedule({ ...said, args: { count: 0 } }), { code: 'invalid-args', errors: [{ pointer: '/args/count' }] })
  for (const id of ['', 'x', '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a1', '{0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11}']) {
    await t.rejects(scheduler.schedule({ ...said, id }), { code: 'invalid-id' }, id)
  }
  t.throws(() => scheduler.get('x'), { code: 'invalid-id' })
  t.throws(() => scheduler.get(v7()), { code: 'unknown-action' })
  t.equal(store.lastEvent(), 0)
})

t.test('an agent whose actions are disabled refuses them, and still answers questions', async t => {
  const { scheduler } = openEngine(t, { disabled: 'of a reason' })

  await t.rejects(scheduler.schedule({ kind, ...someCaller }), { code: 'actions-disabled', message: /of a reason/ })
  await t.rejects(scheduler.cancel(v7(), someCaller), { code: 'unknown-action' })
  t.ok(scheduler.kinds().length > 0)
})

t.test('events are told after their commit, whole and in order', async t => {
  const { scheduler, schedule, finished, run } = openEngine(t)
  await run()
  const heard: ActionEvent[] = []
  const unsubscribe = scheduler.onEvents(events => { heard.push(...events) })

  const { id } = await schedule(kind, { args: { count: 2 } })
  const action = await finished(id)
  unsubscribe()
  await finished((await schedule(kind)).id)

  t.strictSame(heard.map(({ state }) => state), ['NEW', 'RUNNING', 'RUNNING', 'DONE'])
  t.strictSame(heard, scheduler.eventsAfter(0, 4).events, 'what is told is what is on disk')
  t.strictSame(heard.map(({ kind, lane, protocol, ...transition }) => transition), scheduler.history(action))
})
