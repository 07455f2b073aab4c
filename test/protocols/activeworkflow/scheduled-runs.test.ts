import t, { type Test } from 'tap'
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
  t.match(it.memory, { kept: 1, on_check: { row: String, count: 2 } })
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
    t.match(result, { memory: { on_check: { count: 0 } }, messages: [{ action_id: actions()[0]?.id }] })
  }
})

/** An agent whose runs schedule, at a time that the test gives. */
async function openTimer (t: Test, start: number) {
  const time = { now: start }
  const { agent, actions } = await openWorld(t, { clock: { now: () => time.now } })
  const it = agent({ kind: success, on_check: true })
  return {
    time,
    it,
    /** One run; gives how many actions there are after it. */
    run: async (): Promise<number> => {
      t.equal(await it.check(), true, it.failures.join())
      return actions().length
    },
    /** The first run of an agent that has no memory. */
    runAnew: async (): Promise<number> => {
      it.memory = {}
      t.equal(await it.check(), true, it.failures.join())
      return actions().length
    }
  }
}

t.test('a call without memory within an hour of such a call finds its action, whenever that hour began', async t => {
  for (const start of [500 * hour, 500 * hour + 1, 500.5 * hour, 501 * hour - 1]) {
    const { time, it, runAnew } = await openTimer(t, start)
    t.equal(await runAnew(), 1)
    for (const later of [1, hour / 3, 2 * hour / 3, hour - 1]) {
      time.now = start + later
      t.equal(await runAnew(), 1, `${later} ms after ${start}`)
    }
    time.now = start + hour
    t.equal(await runAnew(), 2, `an hour after ${start}`)
    time.now = start + 2 * hour - 1
    t.equal(await runAnew(), 2)
    time.now = start + 2 * hour
    t.equal(await runAnew(), 3, 'and so on')
    t.strictSame(it.errors, [])
  }
})

t.test('a call that is repeated from a memory finds its action, however late', async t => {
  const { time, it, run } = await openTimer(t, 500 * hour)
  await run()
  const { memory } = it
  t.equal(await run(), 2)

  it.memory = memory
  time.now += 1000 * hour
  t.equal(await run(), 2)

  t.equal(it.messages[2]?.['action_id'], it.messages[1]?.['action_id'])
  t.equal(await run(), 3)
})

t.test('a memory that was cleared loses one run at most', async t => {
  const { time, it, run, runAnew } = await openTimer(t, 500 * hour)
  await run()
  await run()
  t.equal(await run(), 3)
  const { on_check: old } = it.memory as { on_check: { row: string } }

  time.now += hour - 1
  t.equal(await runAnew(), 3, 'within an hour of the first run it may be the repetition of a lost call')
  t.equal(await run(), 4, 'what follows is new')
  t.match(it.memory, { on_check: { count: 1 } })
  t.not((it.memory as { on_check: { row: string } }).on_check.row, old.row)
  time.now += 1
  t.equal(await runAnew(), 5, 'later none is lost')
  t.equal(await run(), 6)
})

t.test('two agents without a name share their first run alone', async t => {
  const { agent, actions } = await openWorld(t)
  const both = [agent({ kind: success, on_check: true }), agent({ kind: success, on_check: true })]
  for (const it of both) await it.check()
  t.equal(actions().length, 1)

  for (const it of both) await it.check()

  t.equal(actions().length, 3)
})

t.test('a count that nobody here wrote is none', async t => {
  const { agent, actions } = await openWorld(t)
  const counts = [null, 7, [], {}, { count: 3 }, { row: 'a' }, { row: 7, count: 3 }, { row: {}, count: 3 }, { row: 'a', count: 1.5 }, { row: 'a', count: '1' }]
  for (const count of counts as JsonValue[]) {
    const it = agent({ kind: success, on_check: true }, { memory: { on_check: count } })
    t.equal(await it.check(), true)
    t.match(it.memory['on_check'], { row: /^[0-9a-f-]{36}$/, count: 0 }, JSON.stringify(count))
  }
  t.equal(actions().length, 1)
})

t.test('kind and arguments are of the options alone', async t => {
  const { agent, actions } = await openWorld(t)
  const typed = agent({ on_check: 'true', args: { count: 3 } }, { path: `/activeworkflow/kinds/${ping}` })
  const nameless = agent({ on_check: true })
  const unknown = agent({ on_check: true, kind: 'no.such/kind' }, { memory: { on_check: { row: 'a', count: 4 } } })
  const refused = agent({ on_check: true, kind: ping, args: { count: 0 } })
  for (const each of [typed, nameless, unknown, refused]) t.equal(await each.check(), true)

  t.match(actions(), [{ kind: ping, args: { count: 3 } }])
  t.equal(actions().length, 1)
  t.match(nameless.errors, [/kind is required/])
  t.match(unknown.errors, [/"no\.such\/kind"/])
  t.match(refused.errors, [/\/args\/count/])
  t.strictSame(unknown.memory, { on_check: { row: 'a', count: 4 } }, 'a run that was none does not count')
})

t.test('a run can wait for its outcome', async t => {
  const { agent, run } = await openWorld(t)
  const it = agent({ kind: script, args: { steps: [{ do: 'done', payload: 'all well' }] }, on_check: true, wait: 50 })
  await run()

  await it.check()

  t.match(it.messages, [{ state: 'DONE', state_payload: 'all well' }])
  t.match(it.memory, { on_check: { count: 0 } })
})

t.test('a run that found no room is made up for by the next call', async t => {
  const { agent, actions, finish } = await openWorld(t, { engine: { queueLimit: 1 } })
  const it = agent({ kind: success, on_check: true })
  await it.check()

  t.equal(await it.check(), false)
  t.match(it.memory, { on_check: { count: 0 } })
  await finish()
  t.equal(await it.check(), true)
  t.match(it.memory, { on_check: { count: 1 } })

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
