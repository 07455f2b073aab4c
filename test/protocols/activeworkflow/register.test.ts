import t from 'tap'
import { done, type ActionKind } from '../../../src/domain/kind.js'
import { clientHeaders, clientJson, postInto, postTo, registerType } from '../../support/activeworkflow-client.js'
import { openWorld, ping } from './world.js'

const call = clientJson({ method: 'register', params: {} })

function kindNamed (kind: string, more: Partial<ActionKind> = {}): ActionKind {
  return { kind, summary: 'Do nothing.', args: {}, timeoutMs: null, onInterrupt: 'resume', run: async () => done(), ...more }
}

t.test('one URL is the agent type of all kinds, and each kind is one more', async t => {
  const { app, engine } = await openWorld(t)
  const post = postInto(app)
  const kinds = engine.scheduler.kinds().map(({ kind }) => kind)

  const all = await registerType(post, '/activeworkflow')
  const each = await Promise.all(kinds.map(async kind => await registerType(post, `/activeworkflow/kinds/${kind}`)))

  t.match(all, { name: 'Steward', display_name: 'Steward', default_options: { kind: String, args: {} } })
  t.strictSame(each.map(type => type.display_name), kinds.map(kind => `Steward: ${kind}`))
  for (const { name, description, ...type } of [all, ...each]) {
    t.match(name, /^[A-Z][A-Za-z0-9]*$/)
    t.type(description, 'string')
    t.not(description.trim(), '')
    t.strictSame(Object.keys(type), ['display_name', 'default_options'], 'nothing else is said')
  }
  t.equal(new Set([all, ...each].map(({ name }) => name)).size, kinds.length + 1, 'no two have one name')
  t.equal(each[kinds.indexOf(ping)]?.name, 'StewardAgentReplicanteIoTestPing')
  t.match(each[kinds.indexOf(ping)], { default_options: { args: { count: 1 } } })
})

t.test('whatever kinds are called, ActiveWorkflow can make classes of them', async t => {
  const names = ['a/b.c', 'a/b-c', 'a/B.c', '7/eleven', '0-0/0']
  const { app, engine } = await openWorld(t, { engine: { kinds: names.map(name => kindNamed(name)) } })
  const kinds = engine.scheduler.kinds().map(({ kind }) => kind)

  const paths = kinds.map(kind => `/activeworkflow/kinds/${encodeURIComponent(kind)}`)
  const types = await Promise.all(paths.map(async path => await registerType(postInto(app), path)))

  for (const { name } of types) t.match(name, /^[A-Z][A-Za-z0-9]*$/)
  t.equal(new Set(types.map(({ name }) => name)).size, kinds.length)
})

t.test('it is asked by each process at its start: the answer is the same, byte for byte, and nothing happens', async t => {
  const { raw, store } = await openWorld(t)
  const before = store.lastEvent()

  for (const path of ['/activeworkflow', `/activeworkflow/kinds/${ping}`]) {
    const [first, ...rest] = await Promise.all(Array.from({ length: 5 }, async () => await raw(path, call)))
    t.equal(first?.status, 200)
    t.match(first?.headers, { 'content-type': /^application\/json/ })
    for (const { body } of rest) t.equal(body, first?.body)
  }
  t.equal(store.lastEvent(), before)
})

t.test('two agents of the same kinds answer the same', async t => {
  const [one, other] = [await openWorld(t), await openWorld(t)]

  t.equal((await one.raw('/activeworkflow', call)).body, (await other.raw('/activeworkflow', call)).body)
})

t.test('params may be missing, null, or hold whatever the other methods have', async t => {
  const { raw } = await openWorld(t)
  const { body } = await raw('/activeworkflow', call)
  const calls = [
    { method: 'register' },
    { method: 'register', params: null },
    { method: 'register', params: { options: { wait: 'long' }, memory: {}, credentials: [], message: null, more: 1 }, id: 7 }
  ]

  for (const each of calls) t.strictSame(await raw('/activeworkflow', clientJson(each)).then(answer => answer.body), body)
})

t.test('the URL may have a query string or a slash at its end, and its kind may be encoded', async t => {
  const { raw } = await openWorld(t)
  const names = async (paths: string[]): Promise<string[]> => {
    return await Promise.all(paths.map(async path => (await registerType(raw, path)).name))
  }

  t.strictSame(
    await names(['/activeworkflow?', '/activeworkflow?token=x&token=y', '/activeworkflow?a=%20&b', '/activeworkflow/', '/activeworkflow/?x']),
    Array.from({ length: 5 }, () => 'Steward'))
  const ofKind = `/activeworkflow/kinds/${encodeURIComponent(ping)}?token=x`
  const kindPaths = [ofKind, ...['', '/', '/?token=x&token=y', '?token=x&token=y'].map(end => `/activeworkflow/kinds/${ping}${end}`)]
  t.strictSame(await names(kindPaths), kindPaths.map(() => 'StewardAgentReplicanteIoTestPing'))
})

t.test('a URL of a kind that is not there is 404, with any method, and ActiveWorkflow does not start', async t => {
  const { raw } = await openWorld(t)

  for (const method of ['register', 'receive', 'check']) {
    const answer = await raw('/activeworkflow/kinds/no.such/kind', clientJson({ method, params: {} }))
    t.equal(answer.status, 404)
    t.match(JSON.parse(answer.body), { error: /"no\.such\/kind"/ })
  }
  await t.rejects(registerType(raw, '/activeworkflow/kinds/no.such/kind'), { name: 'KeyError' })
})

t.test('other methods and other paths', async t => {
  const { app } = await openWorld(t)
  const cases = [
    ['GET', '/activeworkflow', 405, 'POST'],
    ['GET', '/activeworkflow/', 405, 'POST'],
    ['PUT', '/activeworkflow', 405, 'POST'],
    ['DELETE', `/activeworkflow/kinds/${ping}?x`, 405, 'POST'],
    ['POST', '/activeworkflow/kinds', 404, undefined],
    ['POST', '/activeworkflow/nothing', 404, undefined],
    ['GET', '/activeworkflow/nothing', 404, undefined],
    ['POST', '/activeworkflow/%zz', 400, undefined]
  ] as const
  for (const [method, url, status, allow] of cases) {
    const answer = await app.inject({ method, url, ...method === 'POST' ? { headers: clientHeaders, payload: call } : {} })

    t.equal(answer.statusCode, status, `${method} ${url}`)
    t.equal(answer.headers.allow, allow, `${method} ${url}`)
    t.match(answer.json(), { error: String, result: status === 400 ? { errors: [/URL path/] } : undefined })
  }
})

t.test('the media type may have a charset; any other is refused', async t => {
  const { app } = await openWorld(t)
  const send = async (type?: string) => await app.inject({
    method: 'POST', url: '/activeworkflow', payload: call, headers: type === undefined ? {} : { 'content-type': type }
  })

  for (const type of ['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON;charset="UTF-8"']) {
    t.equal((await send(type)).statusCode, 200, type)
  }
  for (const type of [undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1']) {
    const answer = await send(type)
    t.equal(answer.statusCode, 415, type ?? 'no type')
    t.match(answer.json(), { error: String, result: undefined })
  }
})

t.test('over the network it is the same', async t => {
  const { raw, listen } = await openWorld(t)
  const answer = await postTo(await listen())('/activeworkflow', call)

  t.match(answer, { status: 200, headers: { connection: 'close' }, body: (await raw('/activeworkflow', call)).body })
})

t.test('all that a kind says of itself can be read by the client', async t => {
  const deep = (levels: number): unknown => levels === 0 ? true : { type: 'object', properties: { a: deep(levels - 1) }, default: { a: '\ud800' } }
  const kind = kindNamed('x/hostile', {
    summary: `# <script>{: onclick="x"} \ud800 ${'long '.repeat(10_000)}`,
    args: { type: 'object', properties: { p: deep(80) } },
    example: { lone: '\udfff' }
  })
  const { app } = await openWorld(t, { engine: { kinds: [kind] } })

  for (const path of ['/activeworkflow', '/activeworkflow/kinds/x/hostile']) {
    const { description } = await registerType(postInto(app), path)
    t.notMatch(description.replace(/~~~ json[^]*?~~~/g, ''), /<script>|\{:/)
    t.ok(description.length <= 20_000)
  }
})
