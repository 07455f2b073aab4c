import { fastify } from 'fastify'
import t from 'tap'
import type { NodeInfo } from '../../src/domain/info.js'
import { Problem, problems, type ProblemCode } from '../../src/domain/problem.js'
import { statusOf } from '../../src/http-status.js'
import { announceDeprecation, type ApiVersion } from '../../src/http/versions.js'
import { openHttpApp } from '../support/http-app.js'
import { everyHttpProtocol } from '../support/protocols.js'
import { accessOf } from '../support/access.js'

t.test('the root says where things are, in text or HTML', async t => {
  const { get } = await openHttpApp(t)

  const text = await get('/', { accept: '*/*' })
  t.match(text, { statusCode: 200, headers: { 'content-type': /^text\/plain/, vary: /accept/ }, body: /\/api\/v1\/actions/ })
  const html = await get('/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
  t.match(html, { statusCode: 200, headers: { 'content-type': /^text\/html/ }, body: /<a href="\/docs">/ })
})

t.test('the root names where every protocol is', async t => {
  const { get } = await openHttpApp(t, { protocols: everyHttpProtocol })

  for (const accept of ['text/plain', 'text/html']) {
    const { body } = await get('/', { accept })
    for (const prefix of ['/api/unstable', '/replisdk/api/unstable', '/activeworkflow']) t.match(body, prefix)
    t.notMatch(body, '<a href="/activeworkflow">', 'there is nothing to be read')
  }
})

t.test('every path that the root names is there', async t => {
  const { get } = await openHttpApp(t)
  const paths = (await get('/')).body.match(/^\/\S+/gm) ?? []

  t.ok(paths.length > 5)
  for (const path of paths.filter(path => path !== '/api/v1/events')) t.equal((await get(path)).statusCode, 200, path)
})

t.test('the versions of the API are listed', async t => {
  const { get } = await openHttpApp(t)

  t.match((await get('/api')).json(), { versions: [{ name: 'v1', path: '/api/v1', status: 'stable', deprecated: null, sunset: null }] })
})

t.test('a deprecated version says so in every answer, others do not', async t => {
  const version: ApiVersion = {
    name: 'v0', path: '/api/v0', status: 'deprecated', since: '2025-01-01', deprecated: '2026-01-01', sunset: '2027-01-01'
  }
  const app = fastify()
  t.teardown(async () => await app.close())
  const versions = [version, { ...version, path: '/undecided', sunset: null }, { ...version, path: '/stable', status: 'stable' as const, deprecated: null, sunset: null }]
  for (const each of versions) {
    await app.register(async scope => {
      announceDeprecation(scope, each)
      scope.get('/x', async () => 'x')
    }, { prefix: each.path })
  }

  const { headers } = await app.inject('/api/v0/x')
  t.match(headers, { deprecation: '@1767225600', sunset: 'Fri, 01 Jan 2027 00:00:00 GMT', link: '</api>; rel="deprecation"' })
  const undecided = (await app.inject('/undecided/x')).headers
  t.ok(undecided['deprecation'])
  t.notOk(undecided['sunset'])
  t.notOk((await app.inject('/stable/x')).headers['deprecation'])
})

t.test('every problem has a page and a status', async t => {
  const { get } = await openHttpApp(t)

  for (const code of Object.keys(problems) as ProblemCode[]) {
    const page = await get(`/problems/${code}`)
    t.match(page.json(), { type: `/problems/${code}`, title: problems[code].title, status: statusOf[problems[code].category] }, code)
  }
  t.match((await get('/problems/queue-full', { accept: 'text/html' })).body, /<h1>The queue is full<\/h1>/)
  t.equal((await get('/problems/toString')).statusCode, 404)
})

t.test('the agent tells of itself and the datastore', async t => {
  const attributes = { page_size: 4096, ratio: 0.5, wal: true, encoding: 'UTF-8', unknown: null }
  const node = async () => ({ id: 'node-1', status: 'HEALTHY' as const, statusReason: null, addresses: { client: 'db:1' }, attributes })
  const { get } = await openHttpApp(t, { inspector: { node } })

  t.match((await get('/api/v1/info/agent')).json(), { version: { number: '1.2.3', checkout: 'abc', taint: 'not tainted' } })
  t.same((await get('/api/v1/info/datastore')).json(), {
    kind: 'sqlite',
    node: { id: 'node-1', status: 'HEALTHY', status_reason: null, addresses: { client: 'db:1' }, attributes },
    cluster: { id: 'cluster-1', display_name: null, attributes: {} },
    version: { number: '3.53.2', checkout: null, extra: null }
  })
})

t.test('figures of shards keep all their digits', async t => {
  const { get } = await openHttpApp(t)

  t.equal((await get('/api/v1/shards')).body,
    '{"shards":[{"id":"app.db","role":"primary","commit_offset":{"value":9223372036854775807,"unit":"changes"},"lag":null}]}')
})

t.test('a shard in a state of the datastore\'s own is told in its words', async t => {
  const shard = { id: 's', role: { other: 'arbiter' }, commitOffset: null, lag: { value: -5n, unit: 'seconds' as const } }
  const { get } = await openHttpApp(t, { inspector: { shards: async () => [shard] } })

  t.same((await get('/api/v1/shards')).json(), { shards: [{ id: 's', role: 'arbiter', commit_offset: null, lag: { value: -5, unit: 'seconds' } }] })
})

t.test('a datastore that does not answer is 503', async t => {
  const cluster = async () => { throw new Problem('datastore-unavailable', { params: { reason: 'it is down' } }) }
  const node = async (): Promise<NodeInfo> =>
    ({ id: 'node-1', status: 'UNAVAILABLE', statusReason: 'it is down', addresses: {}, attributes: {} })
  const { get } = await openHttpApp(t, { inspector: { node, cluster } })

  const answer = await get('/api/v1/info/datastore')

  t.match(answer.json(), {
    type: '/problems/datastore-unavailable',
    status: 503,
    node: { id: 'node-1', status: 'UNAVAILABLE', status_reason: 'it is down', addresses: {}, attributes: {} }
  })
  t.ok(Number(answer.headers['retry-after']) > 0)
})

t.test('kinds are discovered with their schemas; slashes may be encoded', async t => {
  const { get } = await openHttpApp(t)
  const all = (await get('/api/v1/kinds')).json().kinds as Array<{ kind: string, args: object }>

  const script = all.find(({ kind }) => kind === 'agent.steward/test.script')
  t.match(script, { args: { properties: { steps: { type: 'array', items: { oneOf: Array } } } }, timeout_ms: null })
  t.same((await get('/api/v1/kinds/agent.steward/test.script')).json(), script)
  t.same((await get('/api/v1/kinds/agent.steward%2Ftest.script')).json(), script)
  t.match((await get('/api/v1/kinds/no/such')).json(), { type: '/problems/no-such-kind', status: 404 })
})

t.test('live is always, ready is when nothing is wrong', async t => {
  let trouble: string | null = null
  const { get } = await openHttpApp(t, { readiness: () => trouble })
  t.match(await get('/readyz'), { statusCode: 200, body: 'ok\n' })

  trouble = 'the disk is full'

  t.match(await get('/readyz'), { statusCode: 503, body: 'the disk is full\n' })
  t.match(await get('/livez'), { statusCode: 200, body: 'ok\n' })
})

t.test('metrics are those of telemetry', async t => {
  const { get } = await openHttpApp(t)

  t.match(await get('/metrics'), { statusCode: 200, headers: { 'content-type': /^text\/plain; version=0\.0\.4/ }, body: 'steward_test 1\n' })
})

t.test('who may not read is refused, on every route that reads', async t => {
  const access = accessOf(() => 'eve', {
    authorize: (principal, { scope }) => {
      throw new Problem('forbidden', { params: { principal: principal.name, operation: scope } })
    }
  })
  const { get, post } = await openHttpApp(t, { access })
  const paths = ['actions', 'actions/x', 'events', 'kinds', 'kinds/a/b', 'info/agent', 'info/datastore', 'shards', 'activity']

  for (const path of paths) t.match((await get(`/api/v1/${path}`)).json(), { type: '/problems/forbidden', status: 403 }, path)
  t.equal((await get('/metrics')).statusCode, 403)
  t.equal((await post('/api/v1/actions', { kind: 'x' })).statusCode, 403)
  t.equal((await post('/api/v1/actions/x/cancel')).statusCode, 403)
  t.equal((await get('/livez')).statusCode, 200)
})

t.test('who is not known is refused before the body is looked at', async t => {
  const access = accessOf(() => { throw new Problem('unauthenticated') })
  const { post } = await openHttpApp(t, { access })

  const answer = await post('/api/v1/actions', '{')

  t.match(answer, { statusCode: 401, headers: { 'www-authenticate': 'Bearer' } })
})
