import t from 'tap'
import type { Access } from '../../../src/domain/ports/access.js'
import { Problem, problems } from '../../../src/domain/problem.js'
import type { ProblemCode } from '../../../src/domain/problem.js'
import { statusOf } from '../../../src/http-status.js'
import { errorOf, id, loop, openWorld, prefix, readPaths } from './world.js'

interface Case {
  readonly body?: object | string
  readonly headers?: Record<string, string>
  readonly status: number
  readonly error: RegExp
}

t.test('what is wrong with a request is said in one text', async t => {
  const deep = '['.repeat(1000) + ']'.repeat(1000)
  const cases: Record<string, Case> = {
    'an unknown kind': { body: { kind: 'no.such/kind' }, status: 400, error: /no\.such\/kind/ },
    'arguments that the kind refuses': {
      body: { kind: loop, args: { target: 'many', tarte: 1 } }, status: 400, error: /arguments.*\/args\/tarte is not a known field.*\/args\/target must be integer/
    },
    'arguments beyond their limit': { body: { kind: loop, args: { target: 10_001 } }, status: 400, error: /\/args\/target must be <= 10000/ },
    'no body': { body: '', status: 400, error: /must be object/ },
    'null as the body': { body: 'null', status: 400, error: /must be object/ },
    'a list as the body': { body: '[]', status: 400, error: /must be object/ },
    'no kind': { body: {}, status: 400, error: /\/kind is required/ },
    'a kind of another type': { body: { kind: null }, status: 400, error: /\/kind must be string/ },
    'not JSON': { body: '{"kind": ', status: 400, error: /not valid JSON/ },
    'an id that is none': { body: { kind: loop, id: '7' }, status: 400, error: /\/id must match format "uuid"/ },
    'a date without an offset': { body: { kind: loop, created_time: '2026-01-01T00:00:00' }, status: 400, error: /\/created_time must match format/ },
    'a date that never was': { body: { kind: loop, created_time: '2026-02-30T00:00:00Z' }, status: 400, error: /\/created_time/ },
    'metadata that is no text': { body: { kind: loop, metadata: { n: 1 } }, status: 400, error: /\/metadata\/n must be string/ },
    'metadata that is no map': { body: { kind: loop, metadata: [] }, status: 400, error: /\/metadata must be object or null/ },
    'a number that cannot be kept': { body: `{"kind": "${loop}", "args": {"target": 9007199254740993}}`, status: 400, error: /\/args\/target/ },
    'a prototype': { body: `{"kind": "${loop}", "metadata": {"__proto__": "x"}}`, status: 400, error: /__proto__/ },
    'depth beyond reason': { body: `{"args": ${deep}}`, status: 400, error: /./ },
    'a body beyond the limit': { body: { args: 'x'.repeat(20_000) }, status: 413, error: /10000 bytes/ },
    'another media type': { headers: { 'content-type': 'text/plain' }, status: 415, error: /application\/json/ },
    'a page of another origin': { headers: { origin: 'https://evil.example' }, status: 403, error: /evil\.example/ },
    'a foreign name of this host': { headers: { host: 'evil.example' }, status: 403, error: /evil\.example/ }
  }
  const { schedule, store } = await openWorld(t)
  for (const [name, { body, headers, status, error }] of Object.entries(cases)) {
    const answer = await schedule(body, headers)

    t.equal(answer.statusCode, status, `${name}: ${answer.body}`)
    t.match(errorOf(answer), error, name)
  }
  t.equal(store.page({ filter: {}, order: 'asc', limit: 1 }).items.length, 0, 'nothing of all this is in the queue')
})

t.test('a full queue says when to try again', async t => {
  const { schedule } = await openWorld(t, { engine: { queueLimit: 1 } })
  await schedule()

  const answer = await schedule()

  t.equal(answer.statusCode, 429)
  t.match(errorOf(answer), /limit/)
  t.match(answer.headers['retry-after'], /^[1-9]\d*$/)
})

t.test('what the scheduler cannot do has a status, and a time to try again where that helps', async t => {
  const cases: [ProblemCode, number, boolean][] = [
    ['queue-full', 429, true],
    ['store-full', 507, false],
    ['store-unavailable', 503, true],
    ['shutting-down', 503, true],
    ['action-exists', 409, false],
    ['actions-disabled', 403, false]
  ]
  let thrown: ProblemCode = 'internal'
  const { schedule, logged } = await openWorld(t, {
    wrap: real => ({ ...real, schedule: async () => { throw new Problem(thrown) } })
  })
  for (const [code, status, again] of cases) {
    thrown = code
    const answer = await schedule()

    t.equal(answer.statusCode, status, code)
    t.match(errorOf(answer), /\.$/)
    t.equal(answer.headers['retry-after'] !== undefined, again, code)
  }
  t.notOk(logged().some(line => line['level'] === 50), 'no defect, so no error in the log')
})

t.test('a problem that knows when to try again is believed', async t => {
  const { schedule } = await openWorld(t, {
    wrap: real => ({ ...real, schedule: async () => { throw new Problem('queue-full', { retryAfterSeconds: 17 }) } })
  })

  t.equal((await schedule()).headers['retry-after'], '17')
})

t.test('a defect is told to the log and not to the caller', async t => {
  const { schedule, logged } = await openWorld(t, {
    wrap: real => ({ ...real, schedule: async () => { throw new Error('hunter2 at /secret/path') } })
  })

  const answer = await schedule(undefined, { 'x-request-id': 'request-1' })

  t.equal(answer.statusCode, 500)
  t.match(errorOf(answer), /request-1/)
  t.notMatch(answer.body, /hunter2|secret/)
  t.match(logged().filter(line => line['level'] === 50), [{ err: { message: /hunter2/, stack: String } }])
})

t.test('where actions are disabled nothing can be scheduled, and everything read', async t => {
  const { schedule, get } = await openWorld(t, { host: '0.0.0.0' })

  const answer = await schedule({ kind: 'no.such/kind' })

  t.equal(answer.statusCode, 403, 'before kind and arguments are looked at')
  t.match(errorOf(answer), /does not take actions/)
  t.equal((await get('/actions/queue')).statusCode, 200)
})

t.test('every route asks access who it is and whether they may', async t => {
  for (const [code, status] of [['unauthenticated', 401], ['forbidden', 403]] as const) {
    const refuse = () => { throw new Problem(code) }
    const access = code === 'unauthenticated' ? { identify: refuse } : { authorize: refuse }
    const { get, post, schedule } = await openWorld(t, { access })
    const scheduled = [await schedule(), await post(`${prefix}/action/`, { kind: loop })]
    for (const answer of [...await Promise.all(readPaths.map(get)), ...scheduled]) {
      t.equal(answer.statusCode, status, String(answer.raw.req.url))
      errorOf(answer)
    }
    t.equal((await schedule('{nope')).statusCode, code === 'unauthenticated' ? 401 : 400)
  }
})

t.test('scheduling asks for the kind that is to be scheduled', async t => {
  const asked: unknown[] = []
  const authorize: Access['authorize'] = (_principal, operation) => { asked.push(operation) }
  const { schedule, get } = await openWorld(t, { access: { authorize } })

  await schedule({ kind: loop })
  await get('/actions/queue')

  t.same(asked, [{ scope: 'schedule', kind: loop }, { scope: 'read' }])
})

t.test('while it shuts down nothing new is taken, and at the end nothing is answered', async t => {
  const { engine, get, schedule, endWaits } = await openWorld(t)
  await schedule({ kind: loop, id })

  engine.scheduler.refuse()
  const refused = await schedule()
  t.equal(refused.statusCode, 503)
  t.match(errorOf(refused), /stopping/)
  t.match(refused.headers['retry-after'], /^[1-9]\d*$/)
  t.equal((await get(`/action/${id}`)).statusCode, 200)

  endWaits()
  for (const answer of await Promise.all(readPaths.map(get))) {
    t.equal(answer.statusCode, 503)
    t.match(errorOf(answer), /stopping/)
  }
})

t.test('paths and methods that are not there', async t => {
  const { app } = await openWorld(t)
  const cases = [
    ['GET', '/nothing', 404, undefined],
    ['GET', '', 404, undefined],
    ['GET', '/info', 404, undefined],
    ['GET', `/action/${id}/more`, 404, undefined],
    ['GET', '/action', 405, 'POST'],
    ['POST', '/actions/queue?x=1', 405, 'GET, HEAD'],
    ['DELETE', `/action/${id}`, 405, 'GET, HEAD']
  ] as const
  for (const [method, path, status, allow] of cases) {
    const answer = await app.inject({ method, url: `${prefix}${path}` })

    t.equal(answer.statusCode, status, `${method} ${path}`)
    t.ok(errorOf(answer))
    t.equal(answer.headers.allow, allow)
  }
})

t.test('a URL that cannot be read is refused in the dialect\'s words', async t => {
  const { get } = await openWorld(t)
  for (const path of ['/action/%zz', '/%ff']) {
    const answer = await get(path)

    t.equal(answer.statusCode, 400)
    t.match(errorOf(answer), /not a valid URL/)
  }
})

t.test('what is repeated of a request in an error is bounded', async t => {
  const { schedule } = await openWorld(t)

  const answer = await schedule({ kind: loop, args: { ['x'.repeat(9_000)]: 1 } })

  t.equal(answer.statusCode, 400)
  t.ok(errorOf(answer).length < 2000)
})

t.test('every category of trouble has a status of its own', async t => {
  for (const { category } of Object.values(problems)) t.ok(statusOf[category] >= 400, category)
  t.equal(new Set(Object.values(statusOf)).size, Object.keys(statusOf).length)
})
