import t from 'tap'
import type { JsonObject } from '../../../src/domain/json.js'
import { clientJson, createClientAgent, messageRow, registerType } from '../../support/activeworkflow-client.js'
import { applyResult, readResult, type AgentRecord } from '../../support/activeworkflow-result.js'

/** The client of these tests is held against what was seen of the real one. */
const lists = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

t.test('bodies that the real client cannot use', async t => {
  const bodies: Array<[string, string]> = [
    ['{"error":"no"}', 'KeyError'], ['{}', 'KeyError'], ['{"Result":{}}', 'KeyError'],
    ['{"result":null}', 'NoMethodError'], ['{"result":"x"}', 'NoMethodError'], ['null', 'NoMethodError'], ['"x"', 'NoMethodError'],
    ['{"result":[]}', 'TypeError'], ['[]', 'TypeError'],
    ['', 'JSON::ParserError'], ['<p>', 'JSON::ParserError'], ['{"result":{}', 'JSON::ParserError'], ['{"result":{}} x', 'JSON::ParserError'],
    ['\ufeff{"result":{}}', 'JSON::ParserError'], ['{"result":{"a":NaN}}', 'JSON::ParserError'], ['{"result":{"a":"\\ud800"}}', 'JSON::ParserError'],
    [`{"result":{"memory":{"a":${lists(98)}}}}`, 'JSON::NestingError']
  ]
  for (const [body, name] of bodies) t.throws(() => readResult(body), { name }, body.slice(0, 60))
  for (const body of ['{"result":{}}', '{"error":1,"result":{},"more":[]}', `{"result":{"memory":{"a":${lists(97)}}}}`]) {
    t.type(readResult(body), 'object', body.slice(0, 60))
  }
})

/** What is left of a result after it was applied to an agent with the memory `{"old":1}`. */
function applied (result: JsonObject): AgentRecord & { failed: string } {
  const agent: AgentRecord = { memory: { old: 1 }, messages: [], log: [] }
  try {
    applyResult(agent, result)
    return { ...agent, failed: '' }
  } catch (error) {
    return { ...agent, failed: (error as Error).name }
  }
}

t.test('results are applied in their order, as far as they go', async t => {
  const whole = { errors: ['e'], logs: ['l'], memory: { new: 2 }, messages: [{ m: 1 }, {}] }
  t.strictSame(applied({ messages: whole.messages, memory: whole.memory, logs: whole.logs, errors: whole.errors }), {
    memory: { new: 2 }, messages: [{ m: 1 }, {}], log: [{ level: 'error', text: 'e' }, { level: 'info', text: 'l' }], failed: ''
  })
  t.strictSame(applied({}), { memory: { old: 1 }, messages: [], log: [], failed: '' })
  t.strictSame(applied({ memory: {} }).memory, {}, 'an empty memory erases')
  for (const name of ['errors', 'logs', 'messages']) {
    for (const value of [null, 'x']) t.equal(applied({ [name]: value }).failed, 'NoMethodError')
  }
  for (const memory of [null, [], 7, true, 'no JSON']) {
    t.match(applied({ ...whole, memory }), { failed: /Invalid/, memory: { old: 1 }, messages: [{ m: 1 }, {}], log: { length: 2 } })
  }
  t.strictSame(['{"a":1}', '', '[1]'].map(memory => applied({ memory }).memory), [{ a: 1 }, {}, {}])
  for (const item of [null, [], 7, 'x', '[1]']) {
    t.match(applied({ ...whole, messages: [{ m: 1 }, item, { n: 2 }] }), { failed: /Invalid/, memory: { old: 1 }, messages: { length: 1 } })
  }
  t.strictSame(applied({ messages: ['{"a":1}', '', { payload: {} }] }).messages, [{ a: 1 }, {}, { payload: {} }])
  t.match(applied({ messages: { a: 1 } }).failed, /Invalid/)
  for (const item of [null, '', '  ']) {
    t.match(applied({ ...whole, logs: ['l', item, 'm'] }), { failed: /Invalid/, memory: { old: 1 }, messages: { length: 0 }, log: { length: 2 } })
  }
  const items = [7, { code: 1 }, [1, null], true, false, 'x'.repeat(10_001)]
  t.strictSame(applied({ logs: items }).log.map(({ text }) => text), ['7', '{"code"=>1}', '[1, nil]', 't', 'f', 'x'.repeat(10_000)])
  t.strictSame(applied({ logs: { a: 1 } }).log.map(({ text }) => text), ['["a", 1]'])
  t.match(applied({ logs: Array.from({ length: 201 }, (_, i) => i) }).log, { length: 200, 0: { text: '1' } }, 'the newest are kept')
})

t.test('calls are written and repeated as the real client does', async t => {
  const sent: string[] = []
  const answers = ['{}', '{"result":{"logs":["l"],"memory":null}}', '{"result":{"logs":["l"],"memory":{"n":1}}}']
  const post = async (_path: string, body: string) => {
    sent.push(body)
    return { status: 500, headers: {}, body: answers.shift() ?? '' }
  }
  const it = createClientAgent({ post, options: { a: '<b>&\u2028' }, credentials: [{ name: 'n', value: 'v' }] })

  t.equal(await it.receive(messageRow({ p: 1 })), true)
  t.equal(await it.check(), false)

  t.equal(sent[0], '{"method":"receive","params":{"options":{"a":"\\u003cb\\u003e\\u0026\\u2028"},"memory":{},' +
    '"credentials":[{"name":"n","value":"v"}],"message":{"id":17,"user_id":1,"agent_id":4,"payload":{"p":1},' +
    '"created_at":"2026-11-20T14:23:17.994-08:00","updated_at":"2026-11-20T14:23:17.994-08:00","expires_at":null}}}')
  t.equal(sent[1], sent[0])
  t.match(sent[7], /"memory":\{"n":1\},.*"message":null\}\}$/)
  t.equal(sent.length, 8, 'five calls, then it is given up')
  t.strictSame(it.logs, ['l', 'l'], 'what a failed call had applied stays')
  t.match(it.failures, [/^KeyError/, /^ActiveRecord/, /^JSON::ParserError/])
})

t.test('a name that is no constant keeps it from starting', async t => {
  const named = async (name: unknown) => {
    const body = JSON.stringify({ result: { name } })
    return await registerType(async () => ({ status: 200, headers: {}, body }), '/')
  }
  for (const name of ['FaultAgent', 'Fault_agent2', 'ÉtéAgent']) t.equal((await named(name)).name, name)
  for (const name of ['faultAgent', 'Fault Agent', 'Fault-Agent', '', null, undefined, 7, 'Foo::Bar', 'A\nB']) await t.rejects(named(name))
  t.equal(clientJson('>'), '"\\u003e"')
})
