import t from 'tap'
import { clientHeaders, clientJson, messageRow } from '../../support/activeworkflow-client.js'
import { applyResult, readResult } from '../../support/activeworkflow-result.js'
import { openWorld, ping, success } from './world.js'

const options = { kind: success }

/** A call to receive, with one of its parts replaced by JSON text. */
function receiveWith (part: string, json: string): string {
  const parts: Record<string, string> = {
    options: clientJson(options), memory: '{}', credentials: '[]', message: clientJson(messageRow({})), [part]: json
  }
  return `{"method":"receive","params":{${Object.entries(parts).map(([name, text]) => `"${name}":${text}`).join(',')}}}`
}

const wrongObjects = ['[]', '"x"', '""', '7', 'true', '[{}]']
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

/** Bodies that are no calls, whoever sends them: 400. */
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

t.test('what is no call is 400, without a result', async t => {
  const { app, actions } = await openWorld(t)
  for (const [name, payload] of Object.entries(noCalls)) {
    const answer = await app.inject({ method: 'POST', url: '/activeworkflow', headers: clientHeaders, payload })

    t.equal(answer.statusCode, 400, `${name}: ${answer.body}`)
    t.match(answer.headers['content-type'], /^application\/json/, name)
    t.throws(() => readResult(answer.body), { name: 'KeyError' }, `${name}: it is repeated`)
    const { error, ...others } = answer.json() as { error: string }
    t.match(error, /^[A-Z][^\n]+$/, name)
    t.strictSame(others, {})
  }
  t.equal(actions().length, 0)
})

/** JSON that could not be given back as it is: an error in the agent's log, since the same bytes would come again. */
const unsafe: Record<string, string> = {
  'a large integer': receiveWith('message', '{"id":1,"payload":{"args":12345678901234567890}}'),
  'a long fraction': receiveWith('options', `{"kind":"${success}","args":0.12345678901234567890123}`),
  'a number beyond all': receiveWith('memory', '{"a":1e400}'),
  'a large integer where nobody looks': receiveWith('message', '{"id":1,"payload":{},"more":9007199254740993}'),
  'a key that is there twice': receiveWith('message', '{"id":1,"payload":{"args":1,"args":2}}'),
  'a method that is there twice': '{"method":"receive","method":"register"}',
  'a prototype': receiveWith('options', `{"kind":"${success}","__proto__":{"dedupe":false}}`),
  'half of a surrogate pair': receiveWith('message', '{"id":1,"payload":{"args":"\\ud800"}}'),
  'half of a surrogate pair as a key': receiveWith('memory', '{"\\udfff":1}'),
  'nesting beyond reason': receiveWith('message', `{"id":1,"payload":{"args":${deep(1000)}}}`),
  'nesting of a list': deep(1000)
}

t.test('what cannot be kept as it is is an error that applies, and is not repeated', async t => {
  const { raw, actions } = await openWorld(t)
  for (const [name, body] of Object.entries(unsafe)) {
    const answer = await raw('/activeworkflow', body)

    t.equal(answer.status, 200, name)
    const agent = { memory: { kept: true }, messages: [], log: [] }
    applyResult(agent, readResult(answer.body))
    t.match(agent.log, [{ level: 'error', text: /^The JSON cannot be kept as it is: / }], name)
    t.match(agent, { memory: { kept: true }, messages: { length: 0 }, log: { length: 1 } }, name)
  }
  t.equal(actions().length, 0)
})

t.test('deep and large values that can be kept are', async t => {
  const { raw, actions } = await openWorld(t)
  const args = `{"n":9007199254740991,"f":0.1,"e":1.0e+20,"z":-0.0,"d":${deep(90)}}`

  const answer = await raw('/activeworkflow', receiveWith('message', `{"id":1,"payload":{"args":${args}}}`))

  t.match(JSON.parse(answer.body), { result: { messages: [{ state: 'NEW' }] } })
  t.strictSame(actions()[0]?.args, { ...JSON.parse(args) as object, z: 0 })
})

t.test('a body beyond the limit is 413', async t => {
  const { agent, actions } = await openWorld(t)
  const it = agent(options)

  t.equal(await it.receive(messageRow({ args: 'x'.repeat(70_000) })), false)

  t.match(it.answers[0], { status: 413, body: /65536 bytes/ })
  t.match(it.failures, Array.from({ length: 5 }, () => /^KeyError/))
  t.equal(actions().length, 0)
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
