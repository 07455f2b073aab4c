import t from 'tap'
import type { Action } from '../../../src/domain/action.js'
import { errorOf, id, loop, openWorld, prefix } from './world.js'

t.test('an action is on disk when its id is answered', async t => {
  const { schedule, store } = await openWorld(t)

  const answer = await schedule({ kind: loop, args: { target: 3 }, created_time: '2026-11-21T06:00:00.123456Z', id })

  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], /^application\/json/)
  t.strictSame(answer.json(), { id })
  t.match(store.get(id), {
    kind: loop,
    args: { target: 3 },
    createdAt: Date.parse('2026-11-21T06:00:00.123Z'),
    requester: 'CORE_API',
    protocol: 'replicante-next',
    principal: 'local',
    lane: 'main',
    state: 'NEW'
  })
})

t.test('the path may end in a slash', async t => {
  const { post, store } = await openWorld(t)

  t.strictSame((await post(`${prefix}/action/`, { kind: loop, id })).json(), { id })
  t.match(store.get(id), { kind: loop })
})

t.test('all but the kind may be absent or null', async t => {
  const at = Date.parse('2026-11-21T08:00:00Z')
  const { schedule, store } = await openWorld(t, { engine: { clock: { now: () => at } } })
  for (const more of [{}, { args: null, created_time: null, id: null, metadata: null }]) {
    const answer = await schedule({ kind: loop, ...more })

    t.equal(answer.statusCode, 200, answer.body)
    t.match(store.get((answer.json() as Action).id), { args: null, headers: {}, createdAt: at, scheduledAt: at })
  }
})

t.test('fields that are not known are not looked at', async t => {
  const { schedule, store } = await openWorld(t)

  t.equal((await schedule({ kind: loop, id, lane: 'mine', requester: 'ME', headers: { a: 'b' } })).statusCode, 200)
  t.match(store.get(id), { lane: 'main', requester: 'CORE_API' })
  t.strictSame(store.get(id)?.headers, {})
})

t.test('metadata comes back as it was sent, and headers of the request are not kept', async t => {
  const { get, schedule, store } = await openWorld(t)
  const metadata = { 'Core.Example/Trace': 'Ärger\n', 'x-lower': '', constructor: 'kept', 'a/b~c': '%' }

  await schedule({ kind: loop, id, metadata }, { 'x-trace-id': 'abc' })

  t.strictSame({ ...store.get(id)?.headers }, metadata)
  t.strictSame(((await get(`/action/${id}`)).json() as { metadata: object }).metadata, metadata)
})

t.test('metadata that carries credentials is never stored', async t => {
  const { get, schedule, store, logged } = await openWorld(t, { secretHeaders: ['X-Vault-Token'] })
  const secrets = { Authorization: 'hunter2', cookie: 'hunter2', 'X-API-Key': 'hunter2', 'x-vault-TOKEN': 'hunter2' }

  t.equal((await schedule({ kind: loop, id, metadata: { ...secrets, kept: 'yes' } })).statusCode, 200)

  t.strictSame(store.get(id)?.headers, { kept: 'yes' })
  t.notMatch((await get(`/action/${id}`)).body, /hunter2/)
  t.notMatch(JSON.stringify(logged()), /hunter2/)
})

t.test('a time of creation is in UTC, in whatever way that is written', async t => {
  const { schedule, store } = await openWorld(t)
  for (const written of ['2026-01-02T03:04:05Z', '2026-01-02t03:04:05.000z', '2026-01-02T03:04:05+00:00']) {
    const { id } = (await schedule({ kind: loop, created_time: written })).json() as Action
    t.equal(store.get(id)?.createdAt, Date.parse('2026-01-02T03:04:05Z'), written)
  }
  for (const written of ['2026-01-02T03:04:05+02:00', '2026-01-02T03:04:05-00:30']) {
    const answer = await schedule({ kind: loop, created_time: written })
    t.equal(answer.statusCode, 400)
    t.match(errorOf(answer), /\/created_time must be in UTC/)
  }
})

t.test('an id that is taken is refused, whatever the content and whoever took it', async t => {
  const { put, schedule, store } = await openWorld(t)
  await put({ id, protocol: 'api' })
  for (const body of [{ kind: loop }, { kind: loop, args: { target: 2 } }, { kind: 'agent.replicante.io/test.fail' }]) {
    for (const same of [id, id.toUpperCase()]) {
      const answer = await schedule({ ...body, id: same })

      t.equal(answer.statusCode, 409)
      t.equal(errorOf(answer), 'An action with this id exists already.')
    }
  }
  t.equal(store.page({ filter: {}, order: 'asc', limit: 10 }).items.length, 1)
})

t.test('the same request again is refused too', async t => {
  const { schedule } = await openWorld(t)

  t.equal((await schedule({ kind: loop, id })).statusCode, 200)
  t.equal((await schedule({ kind: loop, id })).statusCode, 409)
})

t.test('actions run in the order of scheduling, whatever their creation says', async t => {
  const { schedule, claim } = await openWorld(t)
  const first = (await schedule({ kind: loop, created_time: '2030-01-01T00:00:00Z' })).json() as Action
  await schedule({ kind: loop, created_time: '2020-01-01T00:00:00Z' })

  t.equal((await claim()).id, first.id)
})
