import t from 'tap'
import type { JsonObject, JsonValue } from '../../../src/domain/json.js'
import { messageRow } from '../../support/activeworkflow-client.js'
import { openWorld, ping, script, success } from './world.js'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

t.test('a message schedules an action, which is on disk when the answer comes', async t => {
  const { agent, actions } = await openWorld(t, { clock: { now: () => Date.parse('2026-11-21T08:00:00Z') } })
  const pings = agent({ kind: ping, args: { count: 3 }, agent: 'pings' }, { memory: { mine: 1 } })

  t.equal(await pings.receive(messageRow({ any: 'thing' })), true)

  const [action] = actions()
  t.match(action, {
    ...{ id: uuid, kind: ping, args: { count: 3 }, state: 'NEW', lane: 'main', protocol: 'activeworkflow' },
    ...{ principal: 'local', requester: 'ACTIVEWORKFLOW', createdAt: Date.parse('2026-11-20T22:23:17.994Z') }
  })
  t.strictSame(action?.headers, {
    'activeworkflow-agent': 'pings', 'activeworkflow-message-id': '17', 'activeworkflow-source-agent-id': '4'
  }, 'where it came from')
  t.strictSame(pings.messages, [{
    action_id: action?.id,
    kind: ping,
    state: 'NEW',
    state_payload: null,
    created_ts: '2026-11-20T22:23:17.994Z',
    scheduled_ts: '2026-11-21T08:00:00.000Z',
    finished_ts: null,
    message_id: '17',
    source_agent_id: '4'
  }])
  t.strictSame(pings.logs, [`Scheduled ${ping} as ${action?.id}.`])
  t.strictSame([pings.errors, pings.failures, pings.memory], [[], [], { mine: 1 }])
})

t.test('an answer to a message never touches the memory', async t => {
  const { agent, actions } = await openWorld(t)
  const answers = []
  const each: JsonObject[] = [{ kind: success }, { kind: success, on_check: true }, { kind: 'no.such/kind' }, { wait: 'long' }]
  for (const options of each) {
    const it = agent(options, { memory: { cursor: 'x' } })
    await it.receive(messageRow({}))
    answers.push(...it.answers)
  }

  for (const { body } of answers) t.notOk('memory' in (JSON.parse(body) as { result: object }).result)
  t.equal(actions().length, 2)
})

t.test('credentials come in every shape, and change nothing', async t => {
  const { agent, actions, raw } = await openWorld(t)
  const shapes: JsonValue[] = [[{ name: 'a', value: 'b' }], [{}], [], { a: 'b' }, {}, null]
  for (const [id, credentials] of shapes.entries()) {
    const it = agent({ kind: success }, { credentials })
    t.equal(await it.receive(messageRow({}, { id })), true)
    t.equal(await it.check(), true)
    t.equal(it.messages.length, 1)
  }
  for (const params of [{ message: { payload: {} } }, { message: {} }, { message: { payload: null }, memory: null }]) {
    const call = { method: 'receive', params: { options: { kind: success }, ...params } }
    const answer = await raw('/activeworkflow', JSON.stringify(call))
    t.equal(answer.status, 200)
    t.match(JSON.parse(answer.body), { result: { messages: [{ state: 'NEW' }] } })
  }
  t.equal(actions().length, shapes.length + 3)
})

t.test('what is not promised of a message may be missing, or anything; what is added is not looked at', async t => {
  const { agent, actions } = await openWorld(t, { clock: { now: () => 1000 } })
  const it = agent({ kind: success })
  const rows: JsonObject[] = [
    { payload: {} },
    { payload: {}, id: null, agent_id: null, created_at: null, user_id: {}, expires_at: 'never', more: { of: ['it'] } },
    { payload: {}, id: {}, agent_id: [], created_at: 'yesterday' },
    { payload: {}, id: '', agent_id: 'x'.repeat(201), created_at: 7 },
    { payload: {}, id: 'a\nb', agent_id: true, created_at: '2026-11-20T14:23:17' }
  ]
  for (const row of rows) t.equal(await it.receive(row as ReturnType<typeof messageRow>), true, it.failures.join())
  for (const action of actions()) {
    t.strictSame(Object.keys(action.headers), ['activeworkflow-agent'])
    t.equal(action.createdAt, 1000)
  }
  t.equal(actions().length, rows.length, 'none of them can be known again')
  t.notOk(it.messages.some(message => 'message_id' in message || 'source_agent_id' in message))
})

t.test('without a message there is nothing to do', async t => {
  const { agent, actions, raw } = await openWorld(t)
  const answer = await agent({ kind: success }).callInVain('receive', null)

  t.match(JSON.parse(answer.body), { result: { errors: [/\/params\/message is required/] } })
  for (const params of ['', ',"params":{}', ',"params":null']) {
    const { status, body } = await raw('/activeworkflow', `{"method":"receive"${params}}`)
    t.equal(status, 200)
    t.match(JSON.parse(body), { result: { errors: [/\/params\/message is required/] } })
  }
  t.equal(actions().length, 0)
})

t.test('texts come through unharmed, whatever the client does to them', async t => {
  const text = 'Grüße <b>&amp;</b> \u2028\u2029 日本語 😀 "\\/ \u0000\u007f \ufeff'
  const { agent, actions, run, engine } = await openWorld(t)
  const it = agent({ kind: script, args_from_message: 'args', agent: 'Ü<&>' })

  await it.receive(messageRow({ args: { steps: [{ do: 'done', payload: { [text]: [text, 1.5, -0.25, 1e20, null] } }] } }))
  await run()
  await engine.finished(actions()[0]?.id ?? '')
  await it.check()

  t.strictSame(it.messages[1]?.['state_payload'], { [text]: [text, 1.5, -0.25, 1e20, null] })
  t.equal(actions()[0]?.headers['activeworkflow-agent'], 'Ü<&>')
  t.strictSame(it.failures, [])
})

t.test('a message as large as the server takes is taken', async t => {
  const { agent, actions } = await openWorld(t)
  const large = 'x'.repeat(60_000)

  await agent({ kind: success }).receive(messageRow({ args: { large } }))

  t.strictSame(actions()[0]?.args, { large })
})
