import { copyFileSync } from 'node:fs'
import t from 'tap'
import type { JsonObject, JsonValue } from '../../../src/domain/json.js'
import { done, failed } from '../../../src/domain/kind.js'
import { messageRow } from '../../support/activeworkflow-client.js'
import { openWorld, ping, success } from './world.js'
import { cancelWish, someCaller } from '../../support/access.js'

/** The ids in messages. */
const ids = (messages: readonly JsonObject[]): unknown[] => messages.map(({ action_id: id }) => id)

t.test('a check emits one message for each action that has ended, in the order in which they ended', async t => {
  const now = Date.parse('2026-11-21T08:00:00Z')
  const { agent, actions, engine, claim, store } = await openWorld(t, { clock: { now: () => now } })
  const it = agent({ kind: success })
  for (const id of [1, 2, 3, 4]) await it.callInVain('receive', messageRow({}, { id, agent_id: 9 }))
  const [first, second, third] = actions()
  const { seq } = await claim()
  await engine.scheduler.cancel(third?.id ?? '', someCaller)
  await store.settle(seq, done({ rows: 3 }))
  await store.settle((await claim()).seq, failed('out of room'))

  await it.check()

  t.strictSame(ids(it.messages), [third?.id, first?.id, second?.id])
  t.match(it.messages, [
    { state: 'FAILED', state_payload: { reason: 'cancelled' }, error: String, message_id: '3' },
    { state: 'DONE', state_payload: { rows: 3 }, message_id: '1', source_agent_id: '9', finished_ts: '2026-11-21T08:00:00.000Z' },
    { state: 'FAILED', error: 'out of room', state_payload: { error: 'out of room', reason: 'error' }, message_id: '2' }
  ])
  t.notOk('error' in (it.messages[1] ?? {}))
  t.strictSame([it.logs, it.errors, it.failures], [[], [], []])

  await it.check()
  t.equal(it.messages.length, 3, 'once')
  await store.settle((await claim()).seq, done())
  await it.check()
  t.strictSame(ids(it.messages.slice(3)), [actions()[3]?.id])
})

t.test('the same memory gives the same answer, and without news there is nothing in it', async t => {
  const { agent, finish } = await openWorld(t)
  const it = agent({ kind: success, agent: 'mine' }, { memory: { note: { from: 'somebody' } } })
  await it.check()
  t.strictSame(it.messages, [])
  t.match(it.memory, { note: { from: 'somebody' }, cursor: String }, 'what others keep there stays')
  await it.callInVain('receive', messageRow({}))
  await finish()

  const lost = [await it.callInVain('check', null), await it.callInVain('check', null)]
  await it.check()

  t.equal(lost[0]?.body, lost[1]?.body)
  t.equal(it.answers.at(-1)?.body, lost[0]?.body)
  t.equal(it.messages.length, 1)
  t.match(it.memory, { note: { from: 'somebody' }, cursor: String })
  const { memory } = it
  await it.check()
  t.equal(it.answers.at(-1)?.body, '{"result":{}}')
  t.equal(it.memory, memory)
})

t.test('each agent collects what is its own', async t => {
  const { agent, actions, engine, run } = await openWorld(t)
  const put = async (options: JsonObject, path = '/activeworkflow'): Promise<string> => {
    await agent(options, { path }).receive(messageRow({}, { id: actions().length }))
    return actions().at(-1)?.id ?? ''
  }
  const collected = async (options: JsonObject, path = '/activeworkflow'): Promise<unknown[]> => {
    const it = agent(options, { path })
    await it.check()
    t.strictSame([it.errors, it.failures], [[], []])
    return ids(it.messages)
  }
  const ofSuccess = `/activeworkflow/kinds/${success}`
  const one = await put({ kind: success })
  const other = await put({ kind: success, args: {} })
  const typed = await put({}, ofSuccess)
  const named = [await put({ kind: success, agent: 'a' }), await put({ kind: ping, agent: 'a' }), await put({ agent: 'a' }, ofSuccess)]
  const foreign = await engine.schedule(success)
  await run()
  await engine.finished(foreign.id)

  t.strictSame(await collected({ kind: success }), [one], 'the same options are the same agent')
  t.strictSame(await collected({ args: {}, kind: success }), [other])
  t.strictSame(await collected({}, ofSuccess), [typed])
  t.strictSame(await collected({ agent: 'a', wait: 5 }), named, 'who has the name collects what was scheduled under it')
  for (const options of [{}, { agent: 'b' }, { agent: success }, { agent: 'null' }]) t.strictSame(await collected(options), [])
})

t.test('what was pruned before it was told is an error, once', async t => {
  let now = 1000
  const { agent, finish, store } = await openWorld(t, { clock: { now: () => now } })
  const it = agent({ kind: success })
  const put = async (id: number): Promise<void> => {
    await it.callInVain('receive', messageRow({}, { id }))
    await finish()
  }
  await put(1)
  await it.check()
  await put(2)
  now = 5000
  await put(3)
  await store.prune({ keep: 1, before: 3000 })

  await it.check()
  await it.check()

  t.match(it.errors, [/^Finished actions have been pruned since the last check/])
  t.equal(it.errors.length, 1)
  t.strictSame(it.messages.map(({ message_id: id }) => id), ['1', '3'])
  const fresh = agent({ kind: success })
  await fresh.check()
  t.strictSame(fresh.errors, [], 'who has never asked has missed nothing')
  t.equal(fresh.messages.length, 1)
})

t.test('a cursor that is none of this database leads to the beginning, with an error', async t => {
  const { agent, finish, store } = await openWorld(t)
  const other = await openWorld(t)
  const stranger = other.agent({ kind: success })
  await stranger.check()
  await agent({ kind: success }).receive(messageRow({}))
  await finish()
  const cases: Array<[JsonValue, RegExp]> = [
    [stranger.memory['cursor'] ?? null, /of another database/],
    [`${store.id}-999999-1`, /put back to an earlier time/],
    [`${store.id}-1-1`, /put back to an earlier time/],
    [`${store.id}-1`, /none of Steward's/],
    [`${store.id}-1-`, /none of Steward's/],
    [`${store.id}-1-1-1`, /none of Steward's/],
    [`${store.id}-`, /none of Steward's/],
    [`${store.id}-1e3`, /none of Steward's/],
    [`${store.id}-${'9'.repeat(400)}`, /none of Steward's/],
    ['', /none of Steward's/],
    [7, /none of Steward's/],
    [{}, /none of Steward's/],
    [['x'], /none of Steward's/]
  ]
  for (const [cursor, error] of cases) {
    const it = agent({ kind: success }, { memory: { cursor, kept: true } })

    await it.check()
    await it.check()

    t.match(it.errors, [error], JSON.stringify(cursor))
    t.equal(it.errors.length, 1)
    t.match(it, { messages: [{ state: 'DONE' }], failures: { length: 0 }, memory: { kept: true, cursor: String } })
    t.equal(it.messages.length, 1)
  }
})

t.test('a database that was put back to an earlier time is noticed, also when it has gone on since', async t => {
  let now = Date.parse('2026-11-21T08:00:00Z')
  const open = async (path?: string) => {
    const world = await openWorld(t, { clock: { now: () => now++ }, ...path === undefined ? {} : { engine: { path } } })
    return {
      ...world,
      put: async (id: number): Promise<void> => {
        await world.agent({ kind: success }).callInVain('receive', messageRow({}, { id }))
        await world.finish()
      },
      close: async (): Promise<void> => {
        await world.app.close()
        await world.engine.stop()
      }
    }
  }
  const first = await open()
  const { path, store: { id: storeId } } = first.engine
  await first.put(1)
  await first.close()
  copyFileSync(path, `${path}.copy`)
  const second = await open(path)
  await second.put(2)
  const told = second.agent({ kind: success })
  await told.check()
  t.strictSame([told.messages.map(({ message_id: id }) => id), told.errors], [['1', '2'], []])
  const position = second.store.lastEvent()
  await second.close()

  copyFileSync(`${path}.copy`, path)
  const third = await open(path)
  for (const id of [3, 4]) await third.put(id)
  const it = third.agent({ kind: success }, { memory: told.memory })
  t.equal(third.store.id, storeId)
  t.ok(third.store.lastEvent() > position, 'the old position is there again')
  await it.check()
  await it.check()

  t.match(it.errors, [/^The cursor in the memory is of another database, or this one was put back to an earlier time/])
  t.equal(it.errors.length, 1)
  t.strictSame(it.messages.map(({ message_id: id }) => id), ['1', '3', '4'], 'everything is told again, and nothing left out')
})

t.test('more than a hundred are told by several checks', async t => {
  const { agent, actions, store } = await openWorld(t)
  const it = agent({ kind: success })
  await Promise.all(Array.from({ length: 250 }, async (_, id) => await it.callInVain('receive', messageRow({}, { id }))))
  for (const { id } of actions()) await store.requestCancel(id, cancelWish())
  const told: number[] = []
  for (let i = 0; i < 4; i++) {
    const before = it.messages.length
    await it.check()
    told.push(it.messages.length - before)
  }

  t.strictSame(told, [100, 100, 50, 0])
  t.strictSame(ids(it.messages), actions().map(({ id }) => id))
  t.match(it.logs, [/^More actions have finished/, /^More actions have finished/])
  t.equal(it.logs.length, 2)
})

t.test('large payloads are told a few at a time', async t => {
  const { agent, finish } = await openWorld(t)
  const it = agent({ kind: success })
  for (const id of [1, 2, 3, 4]) {
    await it.callInVain('receive', messageRow({}, { id }))
    await finish(done('x'.repeat(700_000)))
  }

  await it.check()
  t.equal(it.messages.length, 2)
  await it.check()
  t.equal(it.messages.length, 4)
  t.ok(it.messages.every(({ state_payload: payload }) => typeof payload === 'string' && payload.length === 700_000))
})

function nested (levels: number, inner: JsonValue): JsonValue {
  return levels === 0 ? inner : levels % 2 === 0 ? [nested(levels - 1, inner)] : { a: nested(levels - 1, inner) }
}

t.test('a payload that the client could not read is left out, and does not keep the others from it', async t => {
  const { agent, finish } = await openWorld(t)
  const it = agent({ kind: success })
  const payloads: JsonValue[] = [
    nested(96, 1), nested(97, 1), nested(2000, 1), 'half \ud800', { list: [{ '\udfff': 1 }] }, { whole: '\ud83d\ude00' },
    nested(96, 'half \udc00')
  ]
  for (const [id, payload] of payloads.entries()) {
    await it.callInVain('receive', messageRow({}, { id }))
    await finish(done(payload))
  }

  t.equal(await it.check(), true, it.failures.join())

  const told = it.messages.map(({ state_payload: payload }) => payload)
  t.strictSame(told, [payloads[0], null, null, null, null, payloads[5], null])
  const reasons = it.messages.map(({ state_payload_left_out: why }) => /deeper|half/.exec(String(why))?.[0])
  t.strictSame(reasons, [undefined, 'deeper', 'deeper', 'half', 'half', undefined, 'half'])
  const { action_id: id, state_payload_left_out: why } = it.messages[1] ?? {}
  t.match(why, new RegExp(`; GET /api/v1/actions/${String(id)} has it$`))
})

t.test('an error with half a character in it is told without', async t => {
  const { agent, finish } = await openWorld(t)
  const it = agent({ kind: success })
  await it.callInVain('receive', messageRow({}))
  await finish(failed('cut \ud83d'))

  await it.check()

  t.match(it.messages, [{ error: 'cut \ufffd', state_payload: null, state_payload_left_out: String }])
})

t.test('a memory that could not be read if it were sent back is an error, and nothing is done', async t => {
  const { agent, actions } = await openWorld(t)
  const most = agent({ kind: success, on_check: true }, { memory: { deep: nested(97, 1) } })
  const memory = { deep: nested(98, 1) }
  const tooDeep = [agent({ kind: success, on_check: true }, { memory }), agent({ kind: success }, { memory })]

  for (const it of [most, ...tooDeep]) t.equal(await it.check(), true, it.failures.join())

  t.match(most.memory, { on_check: { count: 0 } })
  t.equal(actions().length, 1)
  for (const it of tooDeep) t.match(it, { errors: [/\/params\/memory .* nested deeper than 98 levels/], messages: { length: 0 } })
})

t.test('a check needs no kind, and schedules nothing', async t => {
  const { agent, actions } = await openWorld(t)
  for (const options of [{}, { kind: 'no.such/kind', args: 7 }, { args_from_message: 'payload' }]) {
    const it = agent(options)
    t.equal(await it.check(), true)
    t.strictSame([it.errors, it.messages], [[], []])
  }
  t.equal(actions().length, 0)
})
