import t from 'tap'
import type { JsonObject } from '../../../src/domain/json.js'
import { messageRow } from '../../support/activeworkflow-client.js'
import { openWorld, ping, success } from './world.js'

t.test('a message that comes five times makes one action', async t => {
  await t.test('one after another: the answers were lost', async t => {
    const { agent, actions, finish } = await openWorld(t)
    const it = agent({ kind: success })
    const message = messageRow({ args: { a: 1 } })

    for (let i = 0; i < 3; i++) await it.callInVain('receive', message)
    await finish()
    await it.receive(message)

    const [action, ...others] = actions()
    t.strictSame(others, [])
    t.match(it.messages, [{ action_id: action?.id, state: 'DONE' }], 'it is told as it is now')
    t.strictSame(it.logs, [`${success} had been scheduled already, as ${action?.id}: nothing new was scheduled.`])
  })

  await t.test('all at once', async t => {
    const { agent, actions } = await openWorld(t)
    const agents = Array.from({ length: 5 }, () => agent({ kind: success }))

    await Promise.all(agents.map(async it => await it.receive(messageRow({}))))

    t.equal(actions().length, 1)
    t.strictSame(agents.map(({ messages }) => messages[0]?.['action_id']), agents.map(() => actions()[0]?.id))
    t.equal(agents.filter(({ logs }) => /^Scheduled/.test(logs[0] ?? '')).length, 1, 'one of them is told that it did it')
    t.strictSame(agents.flatMap(({ failures, errors }) => [...failures, ...errors]), [])
  })

  await t.test('also after the agent was started again', async t => {
    const first = await openWorld(t)
    await first.agent({ kind: success }).receive(messageRow({}))
    await first.app.close()
    await first.engine.stop()

    const second = await openWorld(t, { engine: { path: first.engine.path } })
    await second.agent({ kind: success }).receive(messageRow({}))

    t.equal(second.actions().length, 1)
  })
})

t.test('what else differs of a repeated message changes nothing', async t => {
  const { agent, actions } = await openWorld(t)
  const options = { kind: success, args: { a: { x: 1, y: 2 }, b: 3 } }
  await agent(options, { memory: { a: 1 } }).receive(messageRow({}))

  await agent(options, { credentials: { a: 'b' }, memory: {} }).receive(messageRow({}, { updated_at: null, expires_at: null, user_id: 9 }))
  await agent({ args: { b: 3, a: { y: 2, x: 1 } }, kind: success }).receive(messageRow({}))
  await agent(options).receive(messageRow({}, { created_at: '2026-11-20T22:23:17.994Z' }))

  t.equal(actions().length, 1, 'neither does the order of keys, nor how the time is written')
})

/** How a request differs from another. */
interface Other {
  readonly options?: JsonObject
  readonly columns?: JsonObject
  readonly path?: string
}

t.test('what is another request makes another action', async t => {
  const cases: Record<string, Other> = {
    'another id': { columns: { id: 18 } },
    'the id as a text': { columns: { id: '17' } },
    'another source': { columns: { agent_id: 5 } },
    'no source': { columns: { agent_id: null } },
    'another time: the message of another installation': { columns: { created_at: '2026-11-20T14:23:17.995-08:00' } },
    'no time': { columns: { created_at: null } },
    'another name of the agent': { options: { agent: 'other' } },
    'other arguments': { options: { args: { a: 1 } } },
    'an empty name of the agent': { options: { agent: '' } },
    'an option that is not known': { options: { note: 'b' } },
    'another type': { path: `/activeworkflow/kinds/${success}` }
  }
  const { agent, actions } = await openWorld(t)
  await agent({ kind: success }).receive(messageRow({}))
  let count = 1
  for (const [name, { options = {}, columns = {}, path = '/activeworkflow' }] of Object.entries(cases)) {
    await agent({ kind: success, ...options }, { path }).receive(messageRow({}, columns))
    t.equal(actions().length, ++count, name)
  }
})

t.test('where nothing can tell a repetition, each message makes an action', async t => {
  const { agent, actions } = await openWorld(t)
  const always = agent({ kind: success, dedupe: false })
  const nameless = agent({ kind: success })

  for (let i = 0; i < 2; i++) {
    await always.receive(messageRow({}))
    await nameless.receive(messageRow({}, { id: null }))
  }

  t.equal(actions().length, 4)
})

t.test('the same id with another content is an error, and is not tried again', async t => {
  const { agent, actions } = await openWorld(t)
  const it = agent({ kind: ping })
  await it.receive(messageRow({ args: { count: 1 } }))

  t.equal(await it.receive(messageRow({ args: { count: 2 } })), true)

  t.match(it.errors, [/exists and has other content/])
  t.equal(it.answers.length, 2)
  t.equal(it.messages.length, 1)
  t.strictSame(actions().map(({ args }) => args), [{ count: 1 }])
})

t.test('what was pruned is scheduled anew', async t => {
  const { agent, actions, finish, store } = await openWorld(t, { clock: { now: () => 1000 } })
  const it = agent({ kind: success })
  await it.receive(messageRow({}))
  await finish()
  await store.prune({ keep: 0, before: 2000 })

  await it.receive(messageRow({}))

  t.match(actions(), [{ state: 'NEW' }])
})
