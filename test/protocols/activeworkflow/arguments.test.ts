import t from 'tap'
import type { JsonObject, JsonValue } from '../../../src/domain/json.js'
import { messageRow } from '../../support/activeworkflow-client.js'
import { openWorld, ping, success } from './world.js'

interface Merge {
  readonly options: JsonObject
  readonly payload: JsonObject
  /** The kind in the URL. */
  readonly url?: string
  /** What is scheduled. */
  readonly kind?: string
  readonly args?: JsonValue
  /** What is said where nothing is. */
  readonly error?: RegExp
}

const deep = { a: { b: 1, c: 2 }, list: [1, 2] }

t.test('kind and arguments are made of options and message', async t => {
  const cases: Record<string, Merge> = {
    'the kind of the options': { options: { kind: success }, payload: {}, kind: success, args: null },
    'the kind of the message': { options: {}, payload: { kind: success }, kind: success, args: null },
    'the kind of the message, where the option is empty': { options: { kind: '' }, payload: { kind: success }, kind: success, args: null },
    'the kind of the options, whatever the message says': { options: { kind: success }, payload: { kind: ping }, kind: success, args: null },
    'the kind of the URL': { url: success, options: {}, payload: { kind: ping }, kind: success, args: null },
    'the kind of the URL, said again': { url: success, options: { kind: success }, payload: {}, kind: success, args: null },
    'another kind than that of the URL': { url: success, options: { kind: ping }, payload: {}, error: /\/params\/options\/kind is "agent.replicante.io\/test.ping"/ },
    'no kind at all': { options: {}, payload: {}, error: /\/params\/options\/kind is required.*in the message/ },
    'a kind of the message that is none': { options: {}, payload: { kind: 7 }, error: /\/params\/message\/payload\/kind must be the name/ },
    'a null kind of the message': { options: {}, payload: { kind: null }, error: /kind is required/ },
    'a kind in a payload that is all arguments': { options: { args_from_message: 'payload' }, payload: { kind: success }, error: /kind is required/ },
    'an unknown kind of the message': { options: {}, payload: { kind: 'no.such/kind' }, error: /"no\.such\/kind"/ },
    'the arguments of the options': { options: { kind: success, args: deep }, payload: { other: 1 }, kind: success, args: deep },
    'the arguments of the message': { options: { kind: success }, payload: { args: deep }, kind: success, args: deep },
    'fields of the message over those of the options': {
      options: { kind: success, args: { a: 1, b: 2 } },
      payload: { args: { b: 3, c: null } },
      kind: success,
      args: { a: 1, b: 3, c: null }
    },
    'one level of them': { options: { kind: success, args: deep }, payload: { args: { a: { d: 3 } } }, kind: success, args: { a: { d: 3 }, list: [1, 2] } },
    'null in the message: the options\'': { options: { kind: success, args: { a: 1 } }, payload: { args: null }, kind: success, args: { a: 1 } },
    'null in the options: the message\'s': { options: { kind: success, args: null }, payload: { args: { b: 1 } }, kind: success, args: { b: 1 } },
    'no object in the message: it alone': { options: { kind: success, args: { a: 1 } }, payload: { args: [1] }, kind: success, args: [1] },
    'no object in the options: the message\'s alone': { options: { kind: success, args: 'text' }, payload: { args: { b: 1 } }, kind: success, args: { b: 1 } },
    'the whole payload': {
      options: { kind: success, args: { a: 1, b: 2 }, args_from_message: 'payload' },
      payload: { b: 3, kind: 'x', args: 1 },
      kind: success,
      args: { a: 1, b: 3, kind: 'x', args: 1 }
    },
    'nothing of the message': { options: { kind: success, args: { a: 1 }, args_from_message: 'none' }, payload: { args: { a: 2 } }, kind: success, args: { a: 1 } },
    'nothing of the message, its kind neither': { options: { args_from_message: 'none' }, payload: { kind: success }, error: /kind is required: name the kind of action here$/ },
    'arguments that the kind refuses': { options: { kind: ping, args: { count: 1 } }, payload: { args: { count: 0 } }, error: /^The arguments are not valid: \/args\/count / },
    'arguments that the kind of the URL refuses': { url: ping, options: {}, payload: { args: { more: 1 } }, error: /\/args\/more is not a known field/ },
    'templates, as they are': { options: { kind: success, args: { a: '{{ a }}{% credential x %}' } }, payload: { a: 1 }, kind: success, args: { a: '{{ a }}{% credential x %}' } }
  }
  const { agent, actions } = await openWorld(t)
  for (const [name, { options, payload, url, kind, args, error }] of Object.entries(cases)) {
    await t.test(name, async t => {
      const before = actions().length
      const it = agent(options, url === undefined ? {} : { path: `/activeworkflow/kinds/${url}` })

      t.equal(await it.receive(messageRow(payload, { id: before })), true, it.failures.join())

      const scheduled = actions().slice(before).map(({ kind, args }) => ({ kind, args }))
      t.strictSame(scheduled, kind === undefined ? [] : [{ kind, args }])
      t.match(it.errors, error === undefined ? { length: 0 } : [error])
      t.equal(it.answers.length, 1, 'what stays wrong is not tried again')
    })
  }
})

t.test('options are read as people write them', async t => {
  const { agent, actions } = await openWorld(t)
  const good: Array<[JsonObject, JsonObject]> = [
    [{ kind: null, args: null, args_from_message: '', agent: null, wait: null, dedupe: '', on_check: null }, { kind: success }],
    [{ kind: success, wait: '0', dedupe: 'true', on_check: 'false' }, {}],
    [{ kind: success, wait: 0, dedupe: false, on_check: true, agent: 'Überwacher' }, {}]
  ]
  for (const [options, payload] of good) {
    const it = agent(options)
    await it.receive(messageRow(payload))
    t.strictSame([it.errors, it.failures, it.logs.length, it.messages.length], [[], [], 1, 1], JSON.stringify(options))
  }
  t.equal(actions().length, good.length)
  t.equal(actions().at(-1)?.headers['activeworkflow-agent'], 'Überwacher')

  const bad: Record<string, JsonValue[]> = {
    kind: [7, [], {}, false, 'x'.repeat(201), 'line\nbreak'],
    agent: [7, [], {}, 'x'.repeat(201), 'a\u0000b'],
    args_from_message: ['all', 1, true, []],
    wait: ['soon', -1, true, [], '1e3', {}, ' 1'],
    dedupe: ['no', 0, 1, [], {}],
    on_check: ['yes', 1, [], {}]
  }
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      const it = agent({ kind: success, [name]: value })
      t.equal(await it.receive(messageRow({})), true)
      t.match(it, { errors: [new RegExp(`/params/options/${name} must be `)], messages: { length: 0 } }, `${name}: ${JSON.stringify(value)}`)
      t.equal(await it.check(), true, 'and a check says the same')
      t.equal(it.errors[1], it.errors[0])
    }
  }
  t.equal(actions().length, good.length)
})

t.test('everything that is wrong with the options is told at once', async t => {
  const { agent } = await openWorld(t)
  const it = agent({ kind: 7, wait: 'long', dedupe: 'maybe' })

  await it.receive(messageRow({}))

  t.match(it.errors, [/wait must be .*kind must be .*dedupe must be /])
  t.equal(it.errors.length, 1)
})

t.test('options that are not known are told, and the action is scheduled', async t => {
  const { agent, actions } = await openWorld(t)
  const more = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`o${i}`, 1]))
  const it = agent({ kind: success, Args: {}, 'a\u2028<b>': 1, ...more })

  await it.receive(messageRow({}))

  t.equal(actions().length, 1)
  t.match(it.logs, [/^Scheduled/, /^Options that are not known are not used: "Args", [^]*"o7" and others\.$/])
})

t.test('a kind in a message that does not count is told, so that nobody takes the outcome for that of the other', async t => {
  const { agent, actions } = await openWorld(t)
  const byOption = agent({ kind: success })
  const byUrl = agent({}, { path: `/activeworkflow/kinds/${ping}` })

  await byOption.receive(messageRow({ kind: ping }))
  await byUrl.receive(messageRow({ kind: success }))
  await byOption.receive(messageRow({ kind: success }, { id: 18 }))

  t.strictSame(actions().map(({ kind }) => kind), [success, ping, success])
  t.match(byOption.logs, [/^Scheduled/, /names the kind "agent\.replicante\.io\/test\.ping", which does not count/, /^Scheduled/])
  t.equal(byOption.logs.length, 3, 'not where it names the same')
  t.match(byUrl.logs, [/^Scheduled/, /names the kind "agent\.replicante\.io\/debug\.success", which does not count/])
})

t.test('a scheduled run has no message that could name a kind', async t => {
  const { agent } = await openWorld(t)
  const it = agent({ on_check: true })

  await it.check()

  t.match(it.errors, [/\/params\/options\/kind is required: name the kind of action here$/])
})
