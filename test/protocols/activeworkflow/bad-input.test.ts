import t from 'tap'
import { clientHeaders, clientJson, messageRow } from '../../support/activeworkflow-client.js'
import { applyResult, readResult, type AgentRecord } from '../../support/activeworkflow-result.js'
import { openWorld, ping, success } from './world.js'

const options = { kind: success }

/** A call to receive, with one of its parts replaced by JSON text. */
function receiveWith (part: string, json: string): string {
  const parts: Record<string, string> = {
    options: clientJson(options), memory: '{}', credentials: '[]', message: clientJson(messageRow({})), [part]: json
  }
  return `{"method":"receive","params":{${Object.entries(parts).map(([name, text]) => `"${name}":${text}`).join(',')}}}`
}

/** A call to receive that takes so much of its message, which has the payload in JSON text. */
function messageWith (argsFrom: string, payload: string): string {
  const options = clientJson({ kind: success, args: { a: 1 }, args_from_message: argsFrom })
  return `{"method":"receive","params":{"options":${options},"message":{"id":1,"payload":${payload}}}}`
}

const wrongObjects = ['[]', '"x"', '""', '7', 'true', '[{}]']
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

/** Bodies that are no calls, whoever sends them. */
const noCalls: Record<string, string | Buffer> = {
  'no body': '',
  'half a body': '{"method":"rece',
  'no JSON': 'method=receive',
  'text behind it': '{"method":"register"} more',
  'a comment before it': '/* */ {"method":"register"}',
  'a byte order mark': '\ufeff{"method":"register"}',
  'not a number': receiveWith('memory', '{"a":NaN}'),
  'no UTF-8': Buffer.from('{"method":"\xff"}', 'latin1'),
  null: 'null',
  'a list': '[]',
  'a list of calls': '[{"method":"register"}]',
  'a text': '"register"',
  'a number': '7',
  'an empty object': '{}',
  'no method': '{"params":{}}',
  ...Object.fromEntries(['null', '7', '["register"]', '{}', '""', '"Register"', '"deregister"', '" check"', '"__proto__"']
    .map(method => [`the method ${method}`, `{"method":${method},"params":{}}`])),
  ...Object.fromEntries(wrongObjects.flatMap(json => ['register', 'receive', 'check']
    .map(method => [`params ${json} of ${method}`, `{"method":"${method}","params":${json}}`]))),
  ...Object.fromEntries(['options', 'memory', 'message'].flatMap(part => wrongObjects
    .map(json => [`${part} ${json}`, receiveWith(part, json)]))),
  ...Object.fromEntries(['"x"', '7', 'true', '["x"]', '[null]', '[[]]'].map(json => [`credentials ${json}`, receiveWith('credentials', json)])),
  ...Object.fromEntries(wrongObjects.map(json => [`payload ${json}`, receiveWith('message', `{"id":1,"payload":${json}}`)]))
}

t.test('what is no call is 400, an error that applies, and not repeated', async t => {
  const { app, actions, logged } = await openWorld(t)
  for (const [name, payload] of Object.entries(noCalls)) {
    const answer = await app.inject({ method: 'POST', url: '/activeworkflow', headers: clientHeaders, payload })

    t.equal(answer.statusCode, 400, `${name}: ${answer.body}`)
    t.match(answer.headers['content-type'], /^application\/json/, name)
    const { error } = answer.json() as { error: string }
    t.match(error, /^[A-Z][^\n]+$/, name)
    t.strictSame(answer.json(), { error, result: { errors: [error] } }, name)
    t.strictSame(applied(answer.body), { memory: { kept: true }, messages: [], log: [{ level: 'error', text: error }] })
  }
  t.equal(actions().length, 0)
  t.notOk(logged().some(line => line['level'] === 50), 'none of it is a defect')
})

/** What an agent is left with that is answered so. */
function applied (body: string): AgentRecord {
  const agent: AgentRecord = { memory: { kept: true }, messages: [], log: [] }
  applyResult(agent, readResult(body))
  return agent
}

const large = '12345678901234567890'
const listOf = (count: number): string => `[${Array.from({ length: count }, () => large).join(',')}]`

/** JSON that could not be given back as it is, in a part that is used. */
const unsafe: Record<string, string> = {
  'a large integer': receiveWith('message', `{"id":1,"payload":{"args":${large}}}`),
  'a large integer deep in the arguments': receiveWith('message', `{"id":1,"payload":{"args":{"a":[{"b":${large}}]}}}`),
  'a large integer in a payload that is all arguments': messageWith('payload', `{"n":${large}}`),
  'a large integer as an id': receiveWith('message', `{"id":${large},"payload":{}}`),
  'a long fraction': receiveWith('options', `{"kind":"${success}","args":0.12345678901234567890123}`),
  'a number beyond all': receiveWith('memory', '{"a":1e400}'),
  'a number in the memory of a check': `{"method":"check","params":{"memory":{"a":${large}}}}`,
  'a key that is there twice': receiveWith('message', '{"id":1,"payload":{"args":1,"args":2}}'),
  'a payload that is there twice': receiveWith('message', '{"id":1,"payload":{"args":1},"payload":{"args":2}}'),
  'a prototype': receiveWith('options', `{"kind":"${success}","__proto__":{"dedupe":false}}`),
  'half of a surrogate pair': receiveWith('message', '{"id":1,"payload":{"args":"\\ud800"}}'),
  'half of a surrogate pair as a key': receiveWith('memory', '{"\\udfff":1}')
}

t.test('what is used and cannot be kept as it is is an error that applies, and is not repeated', async t => {
  const { raw, actions } = await openWorld(t)
  for (const [name, body] of Object.entries(unsafe)) {
    const answer = await raw('/activeworkflow', body)

    t.equal(answer.status, 200, name)
    const agent = applied(answer.body)
    t.match(agent, { memory: { kept: true }, messages: { length: 0 }, log: { length: 1 } }, name)
    t.match(agent.log, [{ level: 'error', text: /^The JSON cannot be kept as it is: / }], name)
  }
  t.equal(actions().length, 0)
})

/** JSON in which nobody knows what else there is, or what is asked for. */
const unclear: Record<string, string> = {
  'a method that is there twice': '{"method":"receive","method":"register"}',
  'twenty places': receiveWith('credentials', `{"a":${listOf(20)}}`),
  'many places': receiveWith('message', `{"id":1,"payload":{"a":${listOf(1000)}}}`),
  'nesting beyond reason': receiveWith('message', `{"id":1,"payload":{"args":${deep(1000)}}}`),
  'nesting before a large integer': `{"method":"receive","params":{"credentials":{"a":${deep(1000)}},` +
    `"options":{"kind":"${success}","args":${large}},"message":{"id":1}}}`,
  'long keys before a large integer': `{"method":"receive","params":{"credentials":{"${'k'.repeat(40_000)}":[1e400,1e400]},` +
    `"options":{"kind":"${success}","args":${large}},"message":{"id":1}}}`
}

t.test('a body of which not everything is known is refused as a whole, and not repeated', async t => {
  const { raw, actions } = await openWorld(t)
  for (const [name, body] of Object.entries(unclear)) {
    const answer = await raw('/activeworkflow', body)

    t.equal(answer.status, 400, name)
    t.match(JSON.parse(answer.body), { error: /^The JSON cannot be kept as it is: / }, name)
    t.match(applied(answer.body).log, [{ level: 'error', text: /^The JSON cannot be kept as it is: / }], name)
  }
  t.equal((await raw('/activeworkflow', deep(1000))).status, 400)
  t.equal(actions().length, 0)
})

/** Numbers and keys that nobody looks at. */
const unused: Record<string, string> = {
  'another field of the payload': receiveWith('message', `{"id":1,"payload":{"n":${large},"args":{"a":1}}}`),
  'an altered argument that is not taken': messageWith('none', `{"args":{"n":${large}},"kind":${large}}`),
  'a payload that is there twice, and not taken': receiveWith('options', `{"kind":"${success}","args":{"a":1},"args_from_message":"none"}`)
    .replace('"payload":', '"payload":{},"payload":'),
  'another column of the message': receiveWith('message', '{"id":2,"payload":{"args":{"a":1}},"more":9007199254740993}'),
  'credentials, as a list': receiveWith('credentials', `[{"name":"a","value":${large}},{"name":"\\ud800","name":"b"}]`),
  'credentials, as an object': receiveWith('credentials', `{"a":${large},"__proto__":{}}`),
  'beside the parameters': receiveWith('memory', '{}').replace('{', `{"id":${large},`),
  'nineteen places': receiveWith('message', `{"id":3,"payload":{"n":${listOf(19)},"args":{"a":1}}}`)
}

t.test('what is not used may be as it likes', async t => {
  const { raw, actions } = await openWorld(t)
  for (const [name, body] of Object.entries(unused)) {
    const answer = await raw('/activeworkflow', body)

    t.equal(answer.status, 200, name)
    t.match(JSON.parse(answer.body), { result: { errors: undefined, messages: [{ kind: success }] } }, `${name}: ${answer.body}`)
  }
  t.notMatch(JSON.stringify(actions()), /1234567890123456/, 'and none of it is kept')
  const check = `{"method":"check","params":{"credentials":[{"name":"a","value":${large}}]}}`
  t.match(JSON.parse((await raw('/activeworkflow', check)).body), { result: { memory: { cursor: String } } })
  t.equal((await raw('/activeworkflow', `{"method":"register","params":{"more":${large}}}`)).status, 200)
})

t.test('deep and large values that can be kept are', async t => {
  const { raw, actions } = await openWorld(t)
  const args = `{"n":9007199254740991,"f":0.1,"e":1.0e+20,"z":-0.0,"d":${deep(90)}}`

  const answer = await raw('/activeworkflow', receiveWith('message', `{"id":1,"payload":{"args":${args}}}`))

  t.match(JSON.parse(answer.body), { result: { messages: [{ state: 'NEW' }] } })
  t.strictSame(actions()[0]?.args, { ...JSON.parse(args) as object, z: 0 })
})

t.test('a body beyond the limit is 413, an error that applies, and not repeated', async t => {
  const { agent, actions } = await openWorld(t)
  const it = agent(options)

  t.equal(await it.receive(messageRow({ args: 'x'.repeat(70_000) })), true)

  t.match(it.answers, [{ status: 413, body: /65536 bytes/ }])
  t.equal(it.answers.length, 1)
  t.match(it.errors, [/65536 bytes/])
  t.equal(actions().length, 0)
})

t.test('a large payload and a large memory come through', async t => {
  const { agent, finish } = await openWorld(t, { config: { bodyLimit: 2_000_000 } })
  const zeros = Array.from({ length: 450_000 }, () => 0)
  const it = agent({ kind: success, agent: 'large' }, { memory: { zeros } })
  t.equal(await it.receive(messageRow({ args: zeros })), true, it.failures.join())
  await finish({ state: 'DONE', payload: zeros })

  t.equal(await it.check(), true, it.failures.join())

  t.strictSame(it.messages.at(-1)?.['state_payload'], zeros)
  t.strictSame(it.memory['zeros'], zeros)
})

t.test('errors are bounded, however long what they speak of', async t => {
  const { agent } = await openWorld(t)
  const long = 'x'.repeat(30_000)
  const cases = [
    [{ kind: ping, [long]: 1 }, {}],
    [{ kind: ping, args: { [long]: 1 } }, {}],
    [{ kind: ping }, { args: { [long]: 1 } }],
    [{}, { kind: long }]
  ] as const
  for (const [options, payload] of cases) {
    const it = agent(options)
    t.equal(await it.receive(messageRow(payload)), true, it.failures.join())
    t.ok((it.answers[0]?.body.length ?? 0) < 12_000)
  }
})
