import t from 'tap'
import type { JsonValue } from '../../../src/domain/json.js'
import { messageRow } from '../../support/activeworkflow-client.js'
import { openWorld, ping, script, success } from './world.js'

const hour = 3_600_000

t.test('with on_check each scheduled run makes one action, also when its answer is lost', async t => {
  const { agent, actions } = await openWorld(t)
  const it = agent({ kind: ping, args: { count: 2 }, on_check: true, agent: 'timer' }, { memory: { kept: 1 } })

  await it.check()
  for (let i = 0; i < 3; i++) await it.callInVain('check', null)
  await it.check()
  await it.check()

  t.equal(actions().length, 3)
  t.strictSame(it.messages.map(({ action_id: id }) => id), actions().map(({ id }) => id))
  t.match(it.logs, [/^Scheduled/, /had been scheduled already/, /^Scheduled/])
  t.match(it.memory, { kept: 1, on_check: { count: 3 } })
  for (const action of actions()) {
    t.match(action, { kind: ping, args: { count: 2 }, requester: 'ACTIVEWORKFLOW', protocol: 'activeworkflow' })
    t.strictSame(action.headers, { 'activeworkflow-agent': 'timer' })
  }
  t.notOk('message_id' in (it.messages[0] ?? {}))
})

t.test('two calls from one memory at the same time make one action', async t => {
  const { agent, actions } = await openWorld(t)
  const it = agent({ kind: success, on_check: true })

  const answers = await Promise.all(Array.from({ length: 5 }, async () => await it.callInVain('check', null)))

  t.equal(actions().length, 1)
  for (const { body } of answers) {
    const { result } = JSON.parse(body) as { result: object }
    t.match(result, { memory: { on_check: { count: 1 } }, messages: [{ action_id: actions()[0]?.id }] })
  }
})

t.test('a memory that was cleared begins a new row, once the old one cannot be a repetition', async t => {
  let now = 1_000_000
  const { agent, actions } = await openWorld(t, { clock: { now: () => now } })
  const it = agent({ kind: success, on_check: true })
  const run = async (): Promise<number> => {
    await it.check()
    return actions().length
  }
  t.equal(await run(), 1)
  t.equal(await run(), 2)

  it.memory = {}
  now += hour - 1
  t.equal(await run(), 2, 'within an hour it may be the repetition of a lost call')
  it.memory = {}
  now += 1
  t.equal(await run(), 3)
  t.equal(await run(), 4)
  const { memory } = it
  it.memory = {}
  t.equal(await run(), 4, 'the new row is met from its beginning too')
  t.strictSame(it.messages.at(-1)?.['action_id'], actions()[2]?.id)
  it.memory = memory
  t.equal(await run(), 5)
  it.memory = {}
  now += hour
  t.equal(await run(), 6, 'and so on')
  t.strictSame(it.errors, [])
})

t.test('a count that nobody here wrote is none', async t => {
  const { agent, actions } = await openWorld(t)
  const counts = [null, 7, [], {}, { count: 'one' }, { count: 1.5 }, { after: 7, count: 3 }, { after: {}, count: 3 }]
  for (const count of counts as JsonValue[]) {
    const it = agent({ kind: success, on_check: true }, { memory: { on_check: count } })
    t.equal(await it.check(), true)
    t.strictSame(it.memory['on_check'], { after: null, count: 1 })
  }
  t.equal(actions().length, 1)
})

t.test('kind and arguments are of the options alone', async t => {
  const { agent, actions } = await openWorld(t)
  const typed = agent({ on_check: 'true', args: { count: 3 } }, { path: `/activeworkflow/kinds/${ping}` })
  const nameless = agent({ on_check: true })
  const unknown = agent({ on_check: true, kind: 'no.such/kind' }, { memory: { on_check: { after: null, count: 4 } } })
  const refused = agent({ on_check: true, kind: ping, args: { count: 0 } })
  for (const each of [typed, nameless, unknown, refused]) t.equal(await each.check(), true)

  t.match(actions(), [{ kind: ping, args: { count: 3 } }])
  t.equal(actions().length, 1)
  t.match(nameless.errors, [/kind is required/])
  t.match(unknown.errors, [/"no\.such\/kind"/])
  t.match(refused.errors, [/\/args\/count/])
  t.strictSame(unknown.memory, { on_check: { after: null, count: 4 } }, 'a run that was none does not count')
})

t.test('a run can wait for its outcome', async t => {
  const { agent, run } = await openWorld(t)
  const it = agent({ kind: script, args: { steps: [{ do: 'done', payload: 'all well' }] }, on_check: true, wait: 50 })
  await run()

  await it.check()

  t.match(it.messages, [{ state: 'DONE', state_payload: 'all well' }])
  t.match(it.memory, { on_check: { count: 1 } })
})

t.test('a run that found no room is made up for by the next call', async t => {
  const { agent, actions, finish } = await openWorld(t, { engine: { queueLimit: 1 } })
  const it = agent({ kind: success, on_check: true })
  await it.check()

  t.equal(await it.check(), false)
  t.match(it.memory, { on_check: { count: 1 } })
  await finish()
  t.equal(await it.check(), true)

  t.equal(actions().length, 2)
})

t.test('its outcomes are collected by another agent of its name', async t => {
  const { agent, actions, finish } = await openWorld(t)
  const timer = agent({ kind: success, on_check: true, agent: 'nightly' })
  const collector = agent({ agent: 'nightly' })
  await timer.check()
  await finish()

  await collector.check()

  t.match(collector.messages, [{ action_id: actions()[0]?.id, state: 'DONE' }])
})

t.test('messages are taken by such an agent as by any other', async t => {
  const { agent, actions } = await openWorld(t)
  const it = agent({ kind: success, on_check: true })

  await it.receive(messageRow({ args: { a: 1 } }))

  t.match(actions(), [{ args: { a: 1 } }])
  t.strictSame(it.memory, {})
})
