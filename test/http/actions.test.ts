import t from 'tap'
import { openHttpApp } from '../support/http-app.js'
import { draft } from '../contracts/store-under-test.js'
import { accessOf } from '../support/access.js'

const ping = 'agent.replicante.io/test.ping'
const unknownId = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'
const summaryFields = [
  'cancel_requested_ts', 'created_ts', 'failure', 'finished_ts', 'id', 'interruptions', 'kind', 'lane', 'principal', 'protocol',
  'remote_address', 'requester', 'scheduled_ts', 'started_ts', 'state', 'version'
]

t.test('an action is recorded, found and listed', async t => {
  const { get, post } = await openHttpApp(t)
  const request = {
    kind: ping, args: { count: 2 }, created_ts: '2026-11-21T08:00:00.5+01:00', requester: 'CORE_API', headers: { 'x-trace': 'abc' }
  }

  const answer = await post('/api/v1/actions', request)

  t.equal(answer.statusCode, 202)
  const action = answer.json()
  t.equal(answer.headers.location, `/api/v1/actions/${action.id}`)
  const recorded = { state: 'NEW', lane: 'main', principal: 'local', protocol: 'api', version: 1 }
  t.match(action, { ...request, ...recorded, created_ts: '2026-11-21T07:00:00.500Z' })
  t.same(Object.keys(action).sort(), [...summaryFields, 'args', 'headers', 'request_id', 'state_payload', 'traceparent'].sort())

  const found = await get(answer.headers.location as string)
  t.equal(found.statusCode, 200)
  t.same(found.json(), { ...action, history: [{ timestamp: action.scheduled_ts, state: 'NEW', state_payload: null }] })
  t.equal(found.headers.etag, answer.headers.etag)

  const list = (await get('/api/v1/actions')).json()
  const summary = Object.fromEntries(summaryFields.map(name => [name, action[name]]))
  t.same(list, { actions: [summary], next: null, gap: false })
})

t.test('what was left out has the defaults', async t => {
  const { post } = await openHttpApp(t)

  t.match((await post('/api/v1/actions', { kind: ping })).json(), { args: null, requester: 'AGENT_API', headers: {}, state_payload: null })
})

t.test('the same id with the same content is harmless, with other content a conflict', async t => {
  const { post } = await openHttpApp(t)
  const id = unknownId.toUpperCase()
  const first = await post('/api/v1/actions', { kind: ping, id })

  const second = await post('/api/v1/actions', { kind: ping, id: unknownId })
  const other = await post('/api/v1/actions', { kind: ping, id, args: { count: 3 } })

  t.equal(first.statusCode, 202)
  t.equal(second.statusCode, 200)
  t.same(second.json(), first.json())
  t.equal(other.statusCode, 409)
  t.match(other.json(), { type: '/problems/action-exists' })
})

t.test('an Idempotency-Key makes repeats harmless', async t => {
  const { post } = await openHttpApp(t)
  const key = { 'idempotency-key': '"nightly \\"1\\""' }
  const first = await post('/api/v1/actions', { kind: ping }, key)

  t.equal((await post('/api/v1/actions', { kind: ping }, key)).json().id, first.json().id)
  t.match(first.json().id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.equal((await post('/api/v1/actions', { kind: ping, args: { count: 2 } }, key)).statusCode, 409)
  t.not((await post('/api/v1/actions', { kind: ping }, { 'idempotency-key': 'other' })).json().id, first.json().id)

  const both = await post('/api/v1/actions', { kind: ping, id: unknownId }, key)
  t.match(both.json(), { type: '/problems/invalid-header', status: 400 })
  for (const bad of ['""', '"open', 'two words', 'x'.repeat(256), '"ä"']) {
    t.match((await post('/api/v1/actions', { kind: ping }, { 'idempotency-key': bad })).json(), { type: '/problems/invalid-header' }, bad)
  }
})

t.test('keys of different principals do not meet', async t => {
  let name = 'alice'
  const access = accessOf(() => name)
  const { post } = await openHttpApp(t, { access })
  const key = { 'idempotency-key': 'k' }

  const first = await post('/api/v1/actions', { kind: ping }, key)
  name = 'bob'
  const second = await post('/api/v1/actions', { kind: ping }, key)

  t.equal(second.statusCode, 202)
  t.not(second.json().id, first.json().id)
  t.equal(second.json().principal, 'bob')
})

t.test('each kind of bad input has an answer of its own', async t => {
  const { post, get, engine } = await openHttpApp(t)
  const cases: Array<[string, unknown, string, string[]?]> = [
    ['not JSON', '{"kind":', 'malformed-json'],
    ['no body', undefined, 'invalid-request', ['']],
    ['not an object', '[]', 'invalid-request', ['']],
    ['no kind', {}, 'invalid-request', ['/kind']],
    ['an unknown field', { kind: ping, lane: 'x' }, 'invalid-request', ['/lane']],
    ['wrong types', { kind: 1, requester: 2, headers: { a: 1 } }, 'invalid-request', ['/kind', '/requester', '/headers/a']],
    ['a date that is none', { kind: ping, created_ts: '21.11.2026' }, 'invalid-request', ['/created_ts']],
    ['a requester with a line break', { kind: ping, requester: 'a\nb' }, 'invalid-request', ['/requester']],
    ['a credential among the headers', { kind: ping, headers: { Authorization: 'x', cookie: 'y' } }, 'invalid-request', ['/headers/Authorization', '/headers/cookie']],
    ['a header name in capitals', { kind: ping, headers: { 'X-A': 'x' } }, 'invalid-request', ['/headers/X-A']],
    ['an unknown kind', { kind: 'no/such' }, 'unknown-kind'],
    ['bad arguments', { kind: ping, args: { count: 'x' } }, 'invalid-args', ['/args/count']],
    ['a bad id', { kind: ping, id: '1234' }, 'invalid-id'],
    ['__proto__', `{"kind":"${ping}","args":{"__proto__":1}}`, 'unsafe-json', ['/args/__proto__']],
    ['a lone surrogate', `{"kind":"${ping}","args":{"a":"\\ud800"}}`, 'unsafe-json', ['/args/a']],
    ['an integer past 2^53', `{"kind":"${ping}","args":{"count":9007199254740993}}`, 'unsafe-json', ['/args/count']],
    ['a depth of 1000', `{"kind":"${ping}","args":${'['.repeat(1000)}${']'.repeat(1000)}}`, 'unsafe-json']
  ]
  for (const [name, body, code, pointers] of cases) {
    const answer = await post('/api/v1/actions', body)
    t.equal(answer.statusCode, 400, name)
    t.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8', name)
    const problem = answer.json()
    t.equal(problem.type, `/problems/${code}`, name)
    const found = problem.errors?.map((error: { pointer: string }) => error.pointer)
    if (pointers !== undefined) t.same(found, pointers, name)
  }
  t.same((await get('/api/v1/actions')).json().actions, [], 'nothing of it was recorded')
  t.equal(engine.scheduler.lastEvent(), 0)
})

t.test('headers that carry credentials are refused: the common ones and the configured', async t => {
  const { post, engine } = await openHttpApp(t, { secretHeaders: ['X-Session'] })
  const secret = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-auth-token', 'x-session']
  const schedule = async (name: string) => await post('/api/v1/actions', { kind: ping, headers: { [name]: 'hunter2' } })

  for (const name of secret) {
    const answer = await schedule(name)
    t.equal(answer.statusCode, 400, name)
    t.match(answer.json(), { errors: [{ pointer: `/headers/${name}`, detail: /credentials/ }] }, name)
  }
  t.equal(engine.scheduler.lastEvent(), 0)
  for (const name of ['x-csrf-token', 'x-page-token', 'x-session-id']) t.equal((await schedule(name)).statusCode, 202, name)
})

t.test('of a small body everything that is wrong is told, of a large one the first thing; never much', async t => {
  const { post } = await openHttpApp(t, { config: { bodyLimit: 2_000_000 } })
  const fields = (count: number, name = 'f') => {
    return { kind: ping, ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, 1])) }
  }
  const told = async (body: object) => {
    const answer = await post('/api/v1/actions', body)
    t.equal(answer.statusCode, 400)
    return { count: (answer.json() as { errors: unknown[] }).errors.length, length: answer.body.length }
  }

  t.equal((await told(fields(3))).count, 3)
  t.equal((await told(fields(1000))).count, 20)
  t.equal((await told(fields(100_000))).count, 1)
  t.ok((await told(fields(1, 'f'.repeat(1_000_000)))).length < 2000)
})

t.test('one bad entry among good ones fails alone', async t => {
  const { post } = await openHttpApp(t)
  await post('/api/v1/actions', { kind: ping, id: unknownId })

  const answers = await Promise.all([
    post('/api/v1/actions', { kind: ping }),
    post('/api/v1/actions', { kind: ping, id: unknownId, args: { count: 7 } }),
    post('/api/v1/actions', { kind: ping })
  ])

  t.same(answers.map(answer => answer.statusCode), [202, 409, 202])
})

t.test('a full queue says when to try again', async t => {
  const { post } = await openHttpApp(t, { engine: { queueLimit: 1 } })
  await post('/api/v1/actions', { kind: ping })

  const answer = await post('/api/v1/actions', { kind: ping })

  t.equal(answer.statusCode, 429)
  t.equal(answer.headers['retry-after'], '1')
  t.match(answer.json(), { type: '/problems/queue-full' })
})

t.test('where actions are disabled, nothing is scheduled; what waits can be read and cancelled', async t => {
  const access = accessOf(() => 'x', { actionsDisabled: 'of this test' })
  const { post, get, engine } = await openHttpApp(t, { access, engine: { disabled: 'of this test' } })
  const { action } = await engine.store.append(draft())

  t.match((await post('/api/v1/actions', { kind: ping })).json(), { type: '/problems/actions-disabled', status: 403 })
  t.match((await get('/api/v1/actions')).json(), { actions: [{ id: action.id, state: 'NEW' }] })
  t.equal((await post(`/api/v1/actions/${action.id}/cancel`)).statusCode, 202)
  t.match((await get(`/api/v1/actions/${action.id}`)).json(), { state: 'FAILED', state_payload: { reason: 'cancelled' } })
})

t.test('lists are filtered, ordered and paged', async t => {
  const { get, post, engine } = await openHttpApp(t)
  const ids: string[] = []
  for (let count = 1; count <= 5; count++) {
    ids.push((await post('/api/v1/actions', { kind: ping, args: { count }, requester: `r${count % 2}` })).json().id)
  }
  await engine.schedule('agent.replicante.io/debug.success')
  const list = async (query: string): Promise<string[]> =>
    (await get(`/api/v1/actions?${query}`)).json().actions.map((action: { id: string }) => action.id)

  t.same(await list(`kind=${ping}&order=asc`), ids)
  t.same(await list('requester=r0&order=asc'), [ids[1], ids[3]])
  t.equal((await list('protocol=test')).length, 1)
  t.equal((await list('protocol=test,api')).length, 6)
  t.equal((await list('state=NEW&state=RUNNING')).length, 6)
  t.same(await list('state=DONE,FAILED'), [])
  t.same(await list('lane=other'), [])
  t.same(await list('since=2999-01-01T00:00:00Z'), [])
  t.same(await list('until=2000-01-01T00:00:00Z'), [])
  t.equal((await list('until=2999-01-01T00:00:00Z')).length, 6)
  t.equal((await list('since=2000-01-01T00:00:00%2B01:00')).length, 6)

  const seen: string[] = []
  let url: string | undefined = '/api/v1/actions?protocol=api&state=NEW,RUNNING&limit=2'
  while (url !== undefined) {
    const page = await get(url)
    seen.push(...page.json().actions.map((action: { id: string }) => action.id))
    url = /^<([^>]+)>; rel="next"$/.exec(String(page.headers.link ?? ''))?.[1]
    t.equal(url === undefined, page.json().next === null)
  }
  t.same(seen, ids.reverse(), 'newest first, each once')
})

t.test('a failure is told in short wherever its action is, and a search finds it', async t => {
  const { get, post, engine } = await openHttpApp(t)
  await engine.run()
  const run = async (steps: object[]): Promise<string> => {
    const { id } = (await post('/api/v1/actions', { kind: 'agent.steward/test.script', args: { steps } })).json()
    await engine.finished(id)
    return id
  }
  const fine = await run([{ do: 'done', payload: { error: 'no', reason: 'error' } }])
  const long = `50 % of "it" & <more> ${'x'.repeat(400)}`
  const failed = await run([{ do: 'fail', error: long }])
  const failure = { reason: 'error', error: long.slice(0, 300) }
  const found = async (search: string): Promise<unknown[]> =>
    (await get(`/api/v1/actions?${new URLSearchParams({ search })}`)).json().actions.map((action: { id: string }) => action.id)

  t.match((await get('/api/v1/actions')).json().actions, [{ id: failed, failure }, { id: fine, failure: null }])
  t.match((await get(`/api/v1/actions/${failed}`)).json(), { failure, state_payload: { error: long } })
  t.equal((await get(`/api/v1/actions/${fine}`)).json().failure, null)
  t.same(await found('50 % OF "it" & <more>'), [failed])
  t.same(await found('50_% of'), [])
  t.same(await found('Test.Script'), [failed, fine])
  const page = await get('/api/v1/actions?search=test.script&limit=1')
  const next = /^<([^>]+)>; rel="next"$/.exec(String(page.headers.link))?.[1] ?? ''
  t.match((await get(next)).json(), { actions: [{ id: fine }], next: null })
})

t.test('bad lists are refused, with the parameter', async t => {
  const { get } = await openHttpApp(t)
  for (const query of ['limit=0', 'limit=1001', 'limit=x', 'limit=', 'limit=1e400', 'limit=-1e400', 'limit=0x10', 'limit=%205', 'limit=1e2', 'order=up', 'state=new', 'since=yesterday', 'limits=1', 'kind=a&kind=b', 'until=1', 'search=', `search=${'x'.repeat(201)}`, 'search=a%00b', 'search=a%1fb']) {
    const answer = await get(`/api/v1/actions?${query}`)
    t.equal(answer.statusCode, 400, query)
    t.match(answer.json().errors, [{ pointer: new RegExp(`^/${query.split('=')[0]}`) }], query)
  }
  t.match((await get('/api/v1/actions?cursor=nonsense')).json(), { type: '/problems/invalid-cursor', status: 400 })
})

t.test('a waiting action is cancelled, and a finished one no more', async t => {
  const { post, get } = await openHttpApp(t)
  const { id } = (await post('/api/v1/actions', { kind: ping })).json()

  const cancelled = await post(`/api/v1/actions/${id}/cancel`)

  t.equal(cancelled.statusCode, 202)
  t.match(cancelled.json(), { id, state: 'FAILED', state_payload: { reason: 'cancelled' }, cancel_requested_ts: /Z$/ })
  t.match((await get(`/api/v1/actions/${id}`)).json().history, [{ state: 'NEW' }, { state: 'FAILED' }])
  t.match((await post(`/api/v1/actions/${id}/cancel`, '{}')).json(), { type: '/problems/action-finished', status: 409 })
  t.match((await post(`/api/v1/actions/${id}/cancel`, { force: true })).json(), { type: '/problems/invalid-request', errors: [{ pointer: '/force' }] })
  t.match((await post(`/api/v1/actions/${unknownId}/cancel`)).json(), { type: '/problems/unknown-action', status: 404 })
})

t.test('an action that is not there, and an id that is none', async t => {
  const { get } = await openHttpApp(t)

  t.match((await get(`/api/v1/actions/${unknownId}`)).json(), { type: '/problems/unknown-action', status: 404 })
  t.match((await get('/api/v1/actions/12')).json(), { type: '/problems/invalid-id', status: 400 })
})
