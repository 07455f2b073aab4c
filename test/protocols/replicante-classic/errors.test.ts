import t from 'tap'
import { Problem, problems } from '../../../src/domain/problem.js'
import type { ProblemCode } from '../../../src/domain/problem.js'
import { statusOf } from '../../../src/protocols/replicante-classic/errors.js'
import { decodes, models } from './serde.js'
import { openWorld, ping } from './world.js'

const id = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'

interface Case {
  readonly body?: object | string
  readonly kind?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  readonly variant: string
  readonly error: RegExp
}

t.test('what is wrong with a request is said in the dialect\'s words', async t => {
  const deep = '['.repeat(1000) + ']'.repeat(1000)
  const cases: Record<string, Case> = {
    'an unknown kind': { kind: 'no.such/kind', status: 400, variant: 'ActionNotAvailable', error: /no\.such\/kind/ },
    'no kind': { kind: '', status: 400, variant: 'ActionNotAvailable', error: /kind/ },
    'not JSON': { body: '{"args": ', status: 400, variant: 'InvalidRequest', error: /not valid JSON/ },
    'a list as the body': { body: '[]', status: 400, variant: 'InvalidRequest', error: /must be object or null/ },
    'an id that is none': { body: { action_id: '7' }, status: 400, variant: 'InvalidRequest', error: /\/action_id must match format "uuid"/ },
    'an id of another type': { body: { action_id: 7 }, status: 400, variant: 'InvalidRequest', error: /\/action_id must be string or null/ },
    'a date without an offset': { body: { created_ts: '2026-01-01T00:00:00' }, status: 400, variant: 'InvalidRequest', error: /\/created_ts/ },
    'a date that never was': { body: { created_ts: '2026-02-30T00:00:00Z' }, status: 400, variant: 'InvalidRequest', error: /\/created_ts/ },
    'an unknown requester': { body: { requester: 'ME' }, status: 400, variant: 'InvalidRequest', error: /\/requester must be one of "AGENT_API"/ },
    'a number that cannot be kept': { body: '{"args": {"count": 9007199254740993}}', status: 400, variant: 'ActionEncode', error: /\/args\/count/ },
    'a prototype': { body: '{"args": {"__proto__": {}}}', status: 400, variant: 'ActionEncode', error: /__proto__/ },
    'a lone surrogate': { body: '{"args": "\\ud800"}', status: 400, variant: 'ActionEncode', error: /\/args/ },
    'depth beyond reason': { body: `{"args": ${deep}}`, status: 400, variant: 'ActionEncode', error: /./ },
    'a body beyond the limit': { body: { args: 'x'.repeat(20_000) }, status: 413, variant: 'BodyTooLarge', error: /10000 bytes/ },
    'another media type': { headers: { 'content-type': 'text/plain' }, status: 415, variant: 'UnsupportedMediaType', error: /application\/json/ },
    'a page of another origin': { headers: { origin: 'https://evil.example' }, status: 403, variant: 'Forbidden', error: /evil\.example/ },
    'a foreign name of this host': { headers: { host: 'evil.example' }, status: 403, variant: 'Forbidden', error: /evil\.example/ }
  }
  const { schedule, store } = await openWorld(t)
  for (const [name, { body = {}, status, variant, error, ...around }] of Object.entries(cases)) {
    await t.test(name, async t => {
      const answer = await schedule(body, around)

      t.equal(answer.statusCode, status, answer.body)
      t.match(answer.headers['content-type'], /^application\/json/)
      t.ok(decodes(models.error, answer.body))
      t.match(answer.json(), { error, variant })
    })
  }
  t.equal(store.page({ filter: {}, order: 'asc', limit: 1 }).items.length, 0, 'nothing of all this is in the queue')
})

t.test('arguments that the kind refuses are told apart by their kind', async t => {
  const { schedule } = await openWorld(t)

  const answer = await schedule({ args: { count: 'many' } })

  t.equal(answer.statusCode, 400)
  const { kind, ...rest } = answer.json() as Record<string, unknown>
  t.equal(kind, 'InvalidArgs')
  t.ok(decodes(models.error, JSON.stringify(rest)))
  t.match(rest, { error: /^invalid action arguments: \/args\/count /, layers: [/^\/args\/count /], variant: 'InvalidArgs' })
})

t.test('a full queue says when to try again', async t => {
  const { schedule } = await openWorld(t, { queueLimit: 1 })
  await schedule()

  const answer = await schedule()

  t.equal(answer.statusCode, 429)
  t.ok(decodes(models.error, answer.body))
  t.match(answer.json(), { variant: 'QueueFull' })
  t.match(answer.headers['retry-after'], /^[1-9]\d*$/)
})

t.test('what the scheduler cannot do has a status and a variant', async t => {
  const cases: [ProblemCode, number, string][] = [
    ['store-full', 507, 'StoreFull'],
    ['store-unavailable', 503, 'Unavailable'],
    ['shutting-down', 503, 'ShuttingDown'],
    ['action-exists', 409, 'ActionAlreadyExists'],
    ['actions-disabled', 403, 'ActionsDisabled']
  ]
  for (const [code, status, variant] of cases) {
    await t.test(code, async t => {
      const { schedule, logged } = await openWorld(t, {
        scheduler: real => ({ ...real, schedule: async () => { throw new Problem(code) } })
      })

      const answer = await schedule()

      t.equal(answer.statusCode, status)
      t.ok(decodes(models.error, answer.body))
      t.match(answer.json(), { variant })
      t.equal(answer.headers['retry-after'] !== undefined, status === 503)
      t.notOk(logged().some(line => line['level'] === 50), 'no defect, so no error in the log')
    })
  }
})

t.test('a defect is told to the log and not to the caller', async t => {
  const { schedule, logged } = await openWorld(t, {
    scheduler: real => ({ ...real, schedule: async () => { throw new Error('hunter2 at /secret/path') } })
  })

  const answer = await schedule({}, { headers: { 'x-request-id': 'request-1' } })

  t.equal(answer.statusCode, 500)
  t.ok(decodes(models.error, answer.body))
  t.notMatch(answer.body, /hunter2|secret/)
  t.match(answer.json(), { error: /request-1/, trace: null, variant: 'Internal' })
  t.match(logged().filter(line => line['level'] === 50), [{ err: { message: /hunter2/, stack: String } }])
})

t.test('where actions are disabled nothing can be scheduled, and everything read', async t => {
  const { schedule, get } = await openWorld(t, { host: '0.0.0.0' })

  const answer = await schedule({ args: { count: 'many' } }, { kind: 'no.such/kind' })

  t.equal(answer.statusCode, 403, 'before the request is looked at')
  t.ok(decodes(models.error, answer.body))
  t.match(answer.json(), { variant: 'ActionsDisabled' })
  t.equal((await get('/actions/queue')).statusCode, 200)
})

t.test('every route asks access who it is and whether they may', async t => {
  const paths = ['/info/agent', '/info/datastore', '/shards', '/actions/finished', '/actions/queue', `/actions/info/${id}`, '/introspect/metrics']
  for (const [code, status] of [['unauthenticated', 401], ['forbidden', 403]] as const) {
    const refuse = () => { throw new Problem(code) }
    const access = code === 'unauthenticated' ? { identify: refuse } : { authorize: refuse }
    const { get, schedule } = await openWorld(t, { access })
    for (const answer of [...await Promise.all(paths.map(get)), await schedule()]) {
      t.equal(answer.statusCode, status, String(answer.raw.req.url))
      t.ok(decodes(models.error, answer.body))
    }
  }
})

t.test('at the end everything is refused in the dialect\'s words', async t => {
  const { get, endWaits } = await openWorld(t)
  endWaits()

  const answer = await get('/actions/queue')

  t.equal(answer.statusCode, 503)
  t.ok(decodes(models.error, answer.body))
  t.match(answer.json(), { variant: 'ShuttingDown' })
})

t.test('paths and methods that are not there', async t => {
  const { app } = await openWorld(t)
  const cases = [
    ['GET', '/nothing', 404, undefined],
    ['GET', '', 404, undefined],
    ['GET', '/actions/schedule', 404, undefined],
    ['GET', `/actions/schedule/${ping}`, 405, 'POST'],
    ['POST', '/actions/queue?x=1', 405, 'GET, HEAD'],
    ['DELETE', `/actions/info/${id}`, 405, 'GET, HEAD']
  ] as const
  for (const [method, path, status, allow] of cases) {
    const answer = await app.inject({ method, url: `/api/unstable${path}` })

    t.equal(answer.statusCode, status, `${method} ${path}`)
    t.ok(decodes(models.error, answer.body))
    t.equal(answer.headers.allow, allow)
  }
})

t.test('a wrong method is told before the body is looked at', async t => {
  const { app } = await openWorld(t)
  for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'text/plain' }]) {
    const answer = await app.inject({ method: 'PUT', url: '/api/unstable/shards', headers, payload: '{nope' })

    t.equal(answer.statusCode, 405)
    t.ok(decodes(models.error, answer.body))
    t.match(answer.json(), { variant: 'MethodNotAllowed' })
  }
})

t.test('URLs that cannot be read, or are longer than any id', async t => {
  const { get, app } = await openWorld(t)
  const cases = [
    ['/actions/info/%zz', 400, 'InvalidRequest'],
    ['/%ff', 400, 'InvalidRequest'],
    [`/actions/info/${'a'.repeat(15_000)}`, 404, 'ActionNotFound']
  ] as const
  for (const [path, status, variant] of cases) {
    const answer = await get(path)

    t.equal(answer.statusCode, status)
    t.ok(decodes(models.error, answer.body))
    t.match(answer.json(), { variant })
    t.equal(answer.headers['x-content-type-options'], 'nosniff')
    t.ok(answer.body.length < 1000)
  }
  const foreign = await app.inject({ method: 'GET', url: '/api/unstable/%zz', headers: { host: 'evil.example' } })
  t.match(foreign.json(), { variant: 'Forbidden' })
})

t.test('what is repeated of a request in an error is bounded', async t => {
  const { schedule } = await openWorld(t)

  const answer = await schedule({ args: { ['x'.repeat(9_000)]: 1 } })

  t.match(answer.json(), { variant: 'InvalidArgs' })
  t.ok(answer.body.length < 4000)
})

t.test('every category of trouble has a status of its own kind', async t => {
  for (const { category } of Object.values(problems)) {
    t.ok(statusOf[category].status >= 400, category)
  }
  t.equal(new Set(Object.values(statusOf).map(({ variant }) => variant)).size, Object.keys(statusOf).length)
})
