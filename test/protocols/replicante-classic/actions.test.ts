import t from 'tap'
import { failed } from '../../../src/domain/kind.js'
import type { Page } from '../../../src/domain/page.js'
import { decodes, models } from './serde.js'
import { openWorld, ping } from './world.js'
import { cancelWish } from '../../support/access.js'

type Items = readonly { readonly id: string, readonly state: string }[]
const ids = (items: Items): string[] => items.map(({ id }) => id)

t.test('both lists are bare and empty at first', async t => {
  const { get } = await openWorld(t)

  t.equal((await get('/actions/queue')).body, '[]')
  t.equal((await get('/actions/finished')).body, '[]')
})

t.test('the queue shows what runs, then what waits, oldest first', async t => {
  const { get, put, claim } = await openWorld(t)
  const [first, second, third] = [await put(), await put(), await put()]
  await claim()

  const answer = await get('/actions/queue')

  t.ok(decodes(models.list, answer.body))
  t.same(answer.json(), [
    { id: first.id, kind: ping, state: 'RUNNING' },
    { id: second.id, kind: ping, state: 'NEW' },
    { id: third.id, kind: ping, state: 'NEW' }
  ])
})

t.test('what runs stands before what waits, also where another lane waits longer', async t => {
  const { get, put, store } = await openWorld(t)
  const waiting = await put()
  const running = await put({ lane: 'other' })
  await store.claim('other')

  t.same(ids((await get('/actions/queue')).json()), [running.id, waiting.id])
})

t.test('the finished are shown by the order of scheduling, newest first', async t => {
  const { get, put, store } = await openWorld(t)
  const early = await put()
  const late = await put({ lane: 'other' })
  const last = await put()
  await store.claim('other')
  await store.settle(late.seq, { state: 'DONE' })
  await store.claim('main')
  await store.settle(early.seq, failed('broken'))
  await store.claim('main')

  const answer = await get('/actions/finished')

  t.ok(decodes(models.list, answer.body))
  t.same(answer.json(), [
    { id: late.id, kind: ping, state: 'DONE' },
    { id: early.id, kind: ping, state: 'FAILED' }
  ])
  t.same(ids((await get('/actions/queue')).json()), [last.id])
})

t.test('a list holds at most 100: the oldest of the queue, the newest of the finished', async t => {
  const { get, put, store } = await openWorld(t)
  const actions = await Promise.all(Array.from({ length: 120 }, async () => await put()))
  const expected = actions.sort((a, b) => a.seq - b.seq).map(({ id }) => id)

  t.same(ids((await get('/actions/queue')).json()), expected.slice(0, 100))

  for (const { id } of actions) await store.requestCancel(id, cancelWish())
  t.same(ids((await get('/actions/finished')).json()), expected.slice(20).reverse())
})

t.test('other protocols cannot push Core\'s actions off the lists', async t => {
  const { get, put, store } = await openWorld(t)
  const [mine, next] = [await put(), await put({ protocol: 'replicante-next' })]
  const others = await Promise.all(Array.from({ length: 150 }, async () => await put({ protocol: 'api' })))

  t.same(ids((await get('/actions/queue')).json()), [mine.id, next.id])

  for (const { id } of [mine, next, ...others]) await store.requestCancel(id, cancelWish())
  t.same(ids((await get('/actions/finished')).json()), [next.id, mine.id])
})

t.test('the lists show every protocol when they are set to', async t => {
  const { get, put } = await openWorld(t, { listed: null })
  const actions = [await put(), await put({ protocol: 'api' }), await put({ protocol: 'esb' })]

  t.same(ids((await get('/actions/queue')).json()), ids(actions))
})

t.test('lists are complete although pages are short', async t => {
  const asked: number[] = []
  const { get, put } = await openWorld(t, {
    scheduler: real => ({
      ...real,
      list: query => {
        asked.push(query.limit)
        const page = real.list({ ...query, limit: Math.min(query.limit, 3) })
        // As a page that has examined its share and found nothing: empty, and not the end.
        const nothing: Page<never> = { items: [], next: real.list({ ...query, limit: 1 }).next, gap: false }
        return asked.length === 1 ? nothing : page
      }
    })
  })
  const actions = await Promise.all(Array.from({ length: 12 }, async () => await put()))
  const expected = actions.sort((a, b) => a.seq - b.seq).map(({ id }) => id)

  const shown = ids((await get('/actions/queue')).json())

  t.same(shown, expected.slice(1), 'all but the one that the first page skipped')
  t.ok(asked.length > 4)
})

t.test('an action that starts while the queue is being read is shown once', async t => {
  let interfere = async (): Promise<void> => {}
  const { get, put, claim } = await openWorld(t, {
    scheduler: real => ({
      ...real,
      list: query => {
        if (query.filter.states?.includes('NEW') !== true) return real.list(query)
        interfere().catch(t.threw)
        return real.list({ ...query, limit: 1 })
      }
    })
  })
  const [first, second] = [await put(), await put()]
  interfere = async () => {
    interfere = async () => {}
    await claim()
  }

  const shown = (await get('/actions/queue')).json() as Items

  t.same(ids(shown).toSorted(), ids([first, second]).toSorted())
})

t.test('an action is told in full, with its history newest first', async t => {
  const { get, schedule, claim, store } = await openWorld(t)
  const { id } = (await schedule({ args: { count: 2 }, created_ts: '2026-01-02T03:04:05.678Z', requester: 'CORE_API' })).json() as { id: string }
  const { seq } = await claim()
  await store.progress(seq, ['Pong'])
  await store.settle(seq, { state: 'DONE', payload: ['Pong', 'Pong'] })

  const answer = await get(`/actions/info/${id}`)

  t.equal(answer.statusCode, 200)
  t.ok(decodes(models.actionInfo, answer.body))
  const { action, history } = answer.json() as { action: object, history: { state: string }[] }
  t.match(action, {
    args: { count: 2 },
    created_ts: '2026-01-02T03:04:05.678Z',
    finished_ts: /Z$/,
    headers: {},
    id,
    kind: ping,
    requester: 'CORE_API',
    state: 'DONE',
    state_payload: ['Pong', 'Pong']
  })
  t.match(history, [
    { action_id: id, state: 'DONE', state_payload: ['Pong', 'Pong'] },
    { action_id: id, state: 'RUNNING', state_payload: ['Pong'] },
    { action_id: id, state: 'RUNNING', state_payload: null },
    { action_id: id, state: 'NEW', state_payload: null }
  ])
  t.equal(history.length, 4)
})

t.test('a waiting action has nulls where nothing is known yet', async t => {
  const { get, put } = await openWorld(t)
  const { id } = await put()

  const answer = await get(`/actions/info/${id}`)

  t.ok(decodes(models.actionInfo, answer.body))
  t.match(answer.json(), { action: { args: null, finished_ts: null, state: 'NEW', state_payload: null } })
})

t.test('a failed action has error and layers in its payload', async t => {
  const { get, put, finish } = await openWorld(t)
  const { id } = await put()
  await finish(failed('broken', { layers: ['deep down'], more: { exit_code: 3 } }))

  const { action } = (await get(`/actions/info/${id}`)).json() as { action: object }

  t.match(action, { state: 'FAILED', state_payload: { error: 'broken', layers: ['deep down'], exit_code: 3 } })
})

t.test('an action of any protocol is found, and the requester is one that Core knows', async t => {
  const { get, put } = await openWorld(t)
  const strange = await put({ protocol: 'api', requester: 'somebody' })
  const known = await put({ protocol: 'api', requester: 'CORE_PLAYBOOK' })

  t.match((await get(`/actions/info/${strange.id}`)).json(), { action: { requester: 'AGENT_API' } })
  t.match((await get(`/actions/info/${known.id.toUpperCase()}`)).json(), { action: { id: known.id, requester: 'CORE_PLAYBOOK' } })
})

t.test('an id that names nothing is not found, whatever it looks like', async t => {
  const { get } = await openWorld(t)
  for (const id of ['0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11', 'nonsense', '%00']) {
    const answer = await get(`/actions/info/${id}`)

    t.equal(answer.statusCode, 404, id)
    t.ok(decodes(models.error, answer.body))
    t.match(answer.json(), { variant: 'ActionNotFound' })
  }
})
