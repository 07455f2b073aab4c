import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { createClient } from '../../src/client/client.js'
import { AgentRefusal, AgentUnreachable } from '../../src/client/errors.js'
import type { AgentEvent } from '../../src/client/events.js'
import type { ActionSummary, StewardClient } from '../../src/client/model.js'
import { temporaryFolder } from '../support/engine.js'
import { eventually } from '../support/eventually.js'
import { freePorts } from '../support/free-ports.js'
import { runNode } from '../support/run-node.js'
import { builtProgram, startProgram } from '../support/program.js'

const success = 'agent.replicante.io/debug.success'
const script = 'agent.steward/test.script'
const { url } = await startProgram(t, { folder: t.testdir() })
const client = createClient({ url: `${url}/` })
t.teardown(() => client.close())

/** A server with one answer to everything. */
async function answering (answer: (response: ServerResponse, path: string) => void): Promise<StewardClient> {
  const server = createServer((request, response) => { answer(response, request.url ?? '') })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: 500 })
}

async function refusal (call: Promise<unknown>): Promise<AgentRefusal> {
  const error = await call.then(() => null, (reason: unknown) => reason)
  if (error instanceof AgentRefusal) return error
  throw new Error('it was not refused', { cause: error })
}

t.test('every question has an answer', async t => {
  t.match(await client.agentInfo(), { version: { number: /^\d/ }, started_ts: /Z$/, actions_disabled: null })
  t.match(await client.activity(), { step_seconds: 60, samples: { length: 60 } })
  t.match(await client.datastoreInfo(), { kind: 'sqlite', node: { status: 'HEALTHY' } })
  t.match(await client.shards(), [{ role: 'primary' }])
  t.match(await client.whoAmI(), { name: 'local', method: 'local', scopes: ['admin'] })
  t.equal(await client.readiness(), null)
  t.ok((await client.kinds()).some(({ kind }) => kind === success))
  t.match(await client.kind('sqlite.steward/backup'), { kind: 'sqlite.steward/backup' })
  t.match((await client.api.GET('/api/v1/audit')).data, { entries: [] })
})

t.test('an action is scheduled once, however often it is asked for, and followed to its end', async t => {
  const first = await client.schedule({ kind: script, args: { steps: [{ do: 'progress', payload: 1 }, { do: 'done', payload: 2 }] } }, { idempotencyKey: 'a "key"' })
  const again = await client.schedule({ kind: script, args: { steps: [{ do: 'progress', payload: 1 }, { do: 'done', payload: 2 }] } }, { idempotencyKey: 'a "key"' })
  t.same([first.fresh, again.fresh, again.action.id], [true, false, first.action.id])

  t.match(await client.outcome(first.action.id), { state: 'DONE', state_payload: 2, history: { length: 4 } })
  const seen: string[] = []
  for await (const { state } of client.follow(first.action.id)) seen.push(state)
  t.same(seen, ['DONE'], 'one that has ended is told once')
  t.match(await client.action(first.action.id), { history: [{ state: 'NEW' }, { state: 'RUNNING' }, { state: 'RUNNING' }, { state: 'DONE' }] })
})

t.test('cancelling ends an action', async t => {
  const { action: { id } } = await client.schedule({ kind: script, args: { steps: [{ do: 'sleep', ms: 600_000 }] } })
  t.match(await client.cancel(id), { cancel_requested_ts: /Z$/ })
  t.match(await client.outcome(id), { state: 'FAILED', state_payload: { reason: 'cancelled' } })
  t.match(await refusal(client.cancel(id)), { status: 409, code: 'action-finished' })
})

t.test('a refusal tells what the agent said, and its code', async t => {
  t.match(await refusal(client.action('00000000-0000-7000-8000-000000000000')), { status: 404, code: 'unknown-action', requestId: /./ })
  t.match(await refusal(client.schedule({ kind: 'no/such' })), { status: 400, code: 'unknown-kind' })
  const invalid = await refusal(client.schedule({ kind: 'agent.replicante.io/test.ping', args: { count: 'x' } }))
  t.match(invalid, { code: 'invalid-args', problem: { errors: [{ pointer: '/args/count' }] }, message: /\/args\/count: must be/ })
  t.match(await refusal(client.kind('no/such')), { status: 404, code: 'no-such-kind' })
  t.match(await refusal((await answering(response => { response.writeHead(429, { 'retry-after': '7' }).end('<html>') })).agentInfo()), {
    status: 429, code: null, problem: null, requestId: null, retryAfterSeconds: 7, message: 'The answer was 429 Too Many Requests.'
  })
})

t.test('what does not answer, or in no way that an agent does, is unreachable', async t => {
  const [nobody = 0] = await freePorts(1)
  const cases: Array<[StewardClient, string | null, RegExp]> = [
    [createClient({ url: `http://127.0.0.1:${nobody}` }), 'ECONNREFUSED', /nothing listens there/],
    [await answering(() => {}), null, /did not answer in time/],
    [await answering(response => { response.write('{"act') }), null, /did not answer in time/],
    [await answering(response => { response.socket?.destroy() }), 'UND_ERR_SOCKET', /closed the connection/],
    [await answering(response => { response.end('<html>') }), null, /is no Steward/]
  ]
  for (const [other, code, words] of cases) {
    for (const ask of [async () => await other.agentInfo(), async () => await other.page()]) {
      const call: Promise<unknown> = ask()
      await t.rejects(call, { name: 'AgentUnreachable', message: words })
      const told = await call.catch((error: unknown) => error instanceof AgentUnreachable && error.code)
      t.equal(told, code, String(words))
    }
  }
  await t.rejects(cases[1]![0].events({ patienceMs: 0 }).next(), /did not answer in time/, 'nor does a stream begin')
})

t.test('a list is complete, page by page, and can be ended at any time', async t => {
  await Promise.all(Array.from({ length: 250 }, async () => await client.schedule({ kind: success, requester: 'list' })))
  const all: ActionSummary[] = []
  for await (const action of client.list({ requester: 'list', limit: 40, state: ['NEW', 'RUNNING', 'DONE'] })) all.push(action)
  t.equal(all.length, 250)
  t.equal(new Set(all.map(({ id }) => id)).size, 250)
  t.ok(all.every(({ id }, index) => index === 0 || id !== all[index - 1]!.id))
  const begun = client.list({ limit: 10 })
  t.match(await begun.next(), { done: false })
  t.match(await begun.return(undefined), { done: true })
  t.match(await client.page({ limit: 1 }), { actions: { length: 1 }, next: /./, gap: false })
})

t.test('offsets keep every digit', async t => {
  const shard = { id: 's', role: 'primary', commit_offset: { value: 0, unit: 'x' }, lag: null }
  const other = await answering(response => {
    response.end(JSON.stringify({ shards: [shard, shard] }).replace('"value":0', '"value":9223372036854775807').replace('"value":0', '"value":12'))
  })
  t.same(await other.shards(), [
    { ...shard, commit_offset: { value: 9223372036854775807n, unit: 'x' } }, { ...shard, commit_offset: { value: 12, unit: 'x' } }
  ])
})

t.test('a token may be a function, asked before each request', async t => {
  let asked = 0
  const seen: unknown[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.end('{"version":{}}')
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close() })
  const other = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: async () => `t${++asked}` })
  await other.agentInfo()
  await other.agentInfo()
  t.same(seen, ['Bearer t1', 'Bearer t2'])
})

t.test('every call ends with its signal, and gives its reason', async t => {
  const silent = await answering(() => {})
  const calls: Array<(options: { signal: AbortSignal }) => Promise<unknown>> = [
    async options => await silent.schedule({ kind: 'a/b' }, options), async options => await silent.action('x', options),
    async options => await silent.cancel('x', options), async options => await silent.page({}, options),
    async options => await silent.list({}, options).next(), async options => await silent.follow('x', options).next(),
    async options => await silent.outcome('x', options), async options => await silent.kinds(options),
    async options => await silent.kind('a/b', options), async options => await silent.agentInfo(options),
    async options => await silent.activity(options), async options => await silent.datastoreInfo(options),
    async options => await silent.shards(options),
    async options => await silent.whoAmI(options), async options => await silent.readiness(options),
    async options => await silent.events(options).next()
  ]
  for (const call of calls) {
    const end = new AbortController()
    const ended = call({ signal: end.signal })
    end.abort(new Error('enough'))
    await t.rejects(ended, { message: 'enough' })
    await t.rejects(call({ signal: end.signal }), { message: 'enough' })
  }
  const end = new AbortController()
  const events = client.events({ signal: end.signal, onOpen: () => { end.abort() } })
  t.match(await events.next(), { done: true }, 'an open stream just ends')
})

t.test('following and watching ride over a kill and a restart, without loss or doubling', async t => {
  const [port = 0] = await freePorts(1)
  const options = { folder: t.testdir(), args: ['--bind', `127.0.0.1:${port}`] }
  const before = await startProgram(t, options)
  const other = createClient({ url: before.url })
  const events: AgentEvent[] = []
  let opened = 0
  const end = new AbortController()
  await new Promise<void>((resolve, reject) => {
    const onOpen = (): void => {
      opened++
      resolve()
    }
    const watch = async (): Promise<void> => {
      for await (const event of other.events({ signal: end.signal, onOpen })) events.push(event)
    }
    watch().catch(reject)
  })
  const scheduled = await Promise.all(Array.from({ length: 20 }, async () => await other.schedule({ kind: success })))
  const ids = scheduled.map(({ action }) => action.id)
  const { action: { id } } = await other.schedule({ kind: script, args: { steps: [{ do: 'sleep', ms: 300 }, { do: 'done' }] } })
  let lost = 0
  const outcome = other.outcome(id, { onTrouble: () => { lost++ } })
  before.kill('SIGKILL')
  await before.exited
  await startProgram(t, options)

  t.match(await outcome, { state: 'DONE' })
  t.ok(lost > 0)
  await eventually('its end is told', () =>
    events.some(event => event.type === 'transition' && event.action_id === id && event.state === 'DONE'))
  end.abort()
  t.ok(opened >= 2)
  t.equal(new Set(events.map(event => event.id)).size, events.length, 'none is told twice')
  for (const id of ids) {
    const states = events.flatMap(event => event.type === 'transition' && event.action_id === id ? [event.state] : [])
    t.match(states.join(' '), /^NEW (RUNNING )+DONE$/, 'none is missed')
  }
})

t.test('a process that has used it ends by itself, and has loaded nothing of the agent', async t => {
  const loaded = join(temporaryFolder(t), 'modules')
  const source = `
    import { createClient } from ${JSON.stringify(new URL('client/client.js', `file://${builtProgram}`))}
    const client = createClient({ url: ${JSON.stringify(url)} })
    const { action } = await client.schedule({ kind: ${JSON.stringify(success)} })
    await client.outcome(action.id)
    const end = new AbortController()
    for await (const _event of client.events({ signal: end.signal, onOpen: () => setTimeout(() => end.abort(), 10) })) {}
    for await (const _action of client.list()) break
    await client.close()
    console.log('over')`
  const { code, stdout, stderr } = await runNode(['--input-type=module', '--eval', source], {
    NODE_OPTIONS: `--import=${new URL('../support/loaded-modules.mjs', import.meta.url)}`, LOADED_MODULES: loaded
  })

  t.same({ code, stdout, stderr }, { code: 0, stdout: 'over\n', stderr: '' })
  const modules = readFileSync(loaded, 'utf8').trim().split('\n')
  const own = modules.filter(module => module.includes('/dist/') && !module.includes('/node_modules/'))
  t.ok(own.every(module => module.includes('/dist/client/')), own.join('\n'))
  t.notMatch(modules.join('\n'), /fastify|better-sqlite3|pino|\/undici\//)
})
