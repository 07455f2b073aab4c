import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { JsonObject, JsonValue } from '../../../src/domain/json.js'
import { done, failed } from '../../../src/domain/kind.js'
import { messageRow } from '../../support/activeworkflow-client.js'
import { openWorld, ping, script, success } from './world.js'

const client = fileURLToPath(new URL('../../support/activeworkflow-client.rb', import.meta.url))
const skip = spawnSync('ruby', ['-e', 'require "faraday"; require "json"']).status === 0
  ? false
  : 'Ruby with Faraday is not installed: apt-get install ruby ruby-faraday'

/** One call; see the client. */
interface RubyCall extends JsonObject {
  url: string
  method: string
}

/** What a call came to. */
interface RubyAnswer {
  readonly name?: string
  readonly default_options?: JsonObject
  readonly errors: string[]
  readonly logs: string[]
  readonly messages: JsonObject[]
  readonly memory?: JsonObject
  readonly failure?: string
}

async function fromRuby (calls: readonly RubyCall[]): Promise<RubyAnswer[]> {
  const env = { ...process.env, LANG: 'C.UTF-8', no_proxy: '127.0.0.1' }
  const child = spawn('ruby', [client], { stdio: ['pipe', 'pipe', 'inherit'], env })
  child.stdin.end(JSON.stringify(calls))
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  return output.trimEnd().split('\n').map(line => JSON.parse(line) as RubyAnswer)
}

t.test('Ruby takes every agent type, and each name is a constant', { skip }, async t => {
  const { engine, listen } = await openWorld(t)
  const url = `${await listen()}/activeworkflow`
  const kinds = engine.scheduler.kinds().map(({ kind }) => kind)

  const types = await fromRuby([url, ...kinds.map(kind => `${url}/kinds/${kind}?token=x`)].map(url => ({ url, method: 'register' })))

  t.strictSame(types.map(({ failure }) => failure), types.map(() => undefined))
  t.equal(new Set(types.map(({ name }) => name)).size, kinds.length + 1)
  t.equal(types[0]?.name, 'Steward')
})

t.test('Ruby schedules, waits, collects, and is told what is wrong', { skip }, async t => {
  const note = 'Grüße <b>&amp;</b> \u2028 日本語 😀 \u0000'
  const { run, listen, actions } = await openWorld(t)
  const url = `${await listen()}/activeworkflow`
  const options: JsonObject = { kind: script, args: { steps: [{ do: 'done', payload: { [note]: [note, 1e20, 0.5] } }] }, wait: 50 }
  const common = { url, agent: 'scripted', options, credentials: [{ name: note, value: note }] }
  const receive = { ...common, method: 'receive', message: messageRow({ text: note }) }
  await run()

  const [received, repeated, checked, again, refused, deep, missing] = await fromRuby([
    receive,
    receive,
    { ...common, method: 'check', memory: { [note]: note } },
    { ...common, method: 'check' },
    { url, agent: 'refused', method: 'receive', options: { kind: ping }, message: messageRow({ args: { [note]: note } }) },
    { url, agent: 'deep', method: 'receive', options: { kind: success, args: nested(90) }, message: messageRow({}) },
    { url: `${url}/kinds/none`, agent: 'missing', method: 'check' }
  ])

  t.match(received, { messages: [{ state: 'DONE', state_payload: { [note]: [note, 1e20, 0.5] }, message_id: '17' }], memory: {} })
  t.match(repeated, { messages: [{ action_id: received?.messages[0]?.['action_id'] }], logs: [/already/] })
  t.match(checked, { messages: [{ action_id: received?.messages[0]?.['action_id'] }], memory: { [note]: note, cursor: String } })
  t.strictSame(again, { errors: [], logs: [], messages: [], memory: checked?.memory })
  t.match(refused, { errors: [/is not a known field/], failure: undefined })
  t.match(deep, { messages: [{ kind: success }], failure: undefined })
  t.match(missing, { failure: /^KeyError: key not found: "result"/ })
  t.strictSame(actions().map(({ kind }) => kind), [script, success])
})

function nested (levels: number): JsonValue {
  return levels === 0 ? 1 : [nested(levels - 1)]
}

t.test('Ruby reads whatever actions come to', { skip }, async t => {
  const { agent, finish, listen } = await openWorld(t)
  const url = `${await listen()}/activeworkflow`
  const outcomes = [done(nested(96)), done(nested(97)), done('\ud800'), done({ '\udc00': 1 }), done('cut\ud83d'), failed('half \ud83d'), done('\ud83d\ude00')]
  for (const [id, outcome] of outcomes.entries()) {
    await agent({ kind: success }).callInVain('receive', messageRow({}, { id }))
    await finish(outcome)
  }

  const [told] = await fromRuby([{ url, agent: 'any', method: 'check', options: { kind: success } }])

  t.equal(told?.failure, undefined)
  t.strictSame(told?.messages.map(({ state_payload: payload }) => payload), [nested(96), null, null, null, null, null, '😀'])
  t.equal(told?.messages[5]?.['error'], 'half \ufffd')
  t.match(told?.memory, { cursor: String })
})

t.test('Ruby fails where it is to try again', { skip }, async t => {
  const { endWaits, engine, listen } = await openWorld(t, { engine: { queueLimit: 1 } })
  await engine.schedule(success)
  const url = `${await listen()}/activeworkflow`
  const call = { url, agent: 'any', method: 'receive', options: { kind: success }, memory: { kept: 1 }, message: messageRow({}) }

  const [full] = await fromRuby([call])
  endWaits()
  const [stopping] = await fromRuby([call])

  for (const answer of [full, stopping]) t.strictSame([answer?.failure, answer?.messages, answer?.errors], ['KeyError: key not found: "result"', [], []])
})
