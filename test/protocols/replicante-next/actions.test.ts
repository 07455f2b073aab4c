import t from 'tap'
import { failed } from '../../../src/domain/kind.js'
import type { FailedPayload, FailureDetails } from '../../../src/domain/kind.js'
import { scriptedKind } from '../../support/scripted-kind.js'
import { id, loop, openWorld } from './world.js'
import { cancelWish } from '../../support/access.js'

interface Listed { readonly actions: readonly { readonly id: string }[] }
interface Told { readonly finished_time: unknown, readonly scheduled_time: string, readonly state: unknown }

const idsIn = (list: Listed): string[] => list.actions.map(({ id }) => id)

t.test('Core schedules, sees its action wait, run and end, and finds it', async t => {
  const work = scriptedKind('test.example/work')
  const { engine, get, schedule } = await openWorld(t, { engine: { kinds: [work] } })
  const list = async (name: string): Promise<unknown> => (await get(`/actions/${name}`)).json()
  const find = async (): Promise<Told> => (await get(`/action/${id}`)).json() as Told
  const asked = {
    kind: work.kind, args: { deep: [1, null] }, created_time: '2026-01-02T03:04:05.678Z', id, metadata: { 'Core/Reason': 'rehearsal' }
  }

  t.strictSame((await schedule(asked)).json(), { id })
  t.strictSame(await list('queue'), { actions: [{ id, kind: work.kind, phase: 'NEW' }] })

  await engine.run()
  const run = await work.begun()
  t.strictSame(await list('queue'), { actions: [{ id, kind: work.kind, phase: 'RUNNING' }] })
  await run.context.progress({ half: true })
  const running = await find()
  const { scheduled_time: scheduled } = running
  t.match(scheduled, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  t.strictSame(running, {
    ...asked,
    finished_time: null,
    scheduled_time: scheduled,
    state: { error: null, payload: { half: true }, phase: 'RUNNING' }
  })
  t.strictSame(await list('finished'), { actions: [] })

  run.returns({ state: 'DONE', payload: ['whole'] })
  await engine.finished(id)
  t.strictSame(await list('queue'), { actions: [] })
  t.strictSame(await list('finished'), { actions: [{ id, kind: work.kind, phase: 'DONE' }] })
  const finished = await find()
  t.match(finished.finished_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  t.strictSame(finished.state, { error: null, payload: ['whole'], phase: 'DONE' })
})

t.test('the kinds that the dialect names run, and tell how it went', async t => {
  const { engine, get, schedule } = await openWorld(t)
  const states = [
    ['test.success', undefined, { error: null, payload: null, phase: 'DONE' }],
    ['test.loop', { target: 3 }, { error: null, payload: { count: 3, target: 3 }, phase: 'DONE' }],
    ['test.fail', undefined, { error: { error: /./, layers: Array, variant: 'TestFail' }, payload: null, phase: 'FAILED' }]
  ] as const
  await engine.run()
  for (const [name, args, state] of states) {
    const { id } = (await schedule({ kind: `agent.replicante.io/${name}`, args })).json() as { id: string }
    await engine.finished(id)

    t.match(((await get(`/action/${id}`)).json() as Told).state, state, name)
  }
})

t.test('an action that waits has nulls where nothing is known yet', async t => {
  const at = Date.parse('2026-11-21T08:00:00Z')
  const { get, put } = await openWorld(t, { engine: { clock: { now: () => at } } })
  await put({ id })

  t.strictSame((await get(`/action/${id}`)).json(), {
    args: null,
    created_time: '2026-11-21T08:00:00.000Z',
    finished_time: null,
    id,
    kind: loop,
    metadata: {},
    scheduled_time: '2026-11-21T08:00:00.000Z',
    state: { error: null, payload: null, phase: 'NEW' }
  })
})

t.test('what failed tells the error apart from what the action reports', async t => {
  const details: FailureDetails = { layers: ['deep down'], trace: 'at x', variant: 'Broken', reason: 'timeout' }
  const error = { error: 'broken', ...details }
  const cases = [
    [failed(error.error, details), { error, payload: null }],
    [failed(error.error, { ...details, more: { exit_code: 3 } }), { error, payload: { exit_code: 3 } }],
    [
      { state: 'FAILED', payload: { error: 'broken', stage: 1 } as unknown as FailedPayload },
      { error: { error: 'broken' }, payload: { stage: 1 } }
    ],
    [{ state: 'FAILED', payload: 'strange' as unknown as FailedPayload }, { error: null, payload: 'strange' }],
    [{ state: 'DONE', payload: { error: 'not mine', n: 1 } }, { error: null, payload: { error: 'not mine', n: 1 } }]
  ] as const
  const { get, put, finish } = await openWorld(t)
  for (const [outcome, wanted] of cases) {
    const { id } = await put()
    await finish(outcome)
    const { state } = (await get(`/action/${id}`)).json() as Told
    t.strictSame(state, { ...wanted, phase: outcome.state })
  }
})

t.test('an id that names nothing is not found, whatever it looks like, and that has no body', async t => {
  const { get } = await openWorld(t)
  for (const nobody of [id, 'nonsense', '%00', '%E2%82%AC', 'a'.repeat(10_000), '']) {
    const answer = await get(`/action/${nobody}`)

    t.equal(answer.statusCode, 404, nobody.slice(0, 50))
    t.equal(answer.rawPayload.length, 0)
    t.equal(answer.headers['content-length'], '0')
    t.equal(answer.headers['content-type'], undefined)
  }
})

t.test('an action of any protocol is found, under its id in capitals too', async t => {
  const { get, put } = await openWorld(t)
  await put({ id, protocol: 'api', headers: { 'x-trace': '1' } })

  t.match((await get(`/action/${id.toUpperCase()}`)).json(), { id, metadata: { 'x-trace': '1' } })
})

t.test('the queue shows what runs and what waits together, in the order of scheduling', async t => {
  const { get, put, claim } = await openWorld(t)
  const [first, second, third] = [await put(), await put({ lane: 'other' }), await put()]
  await claim('other')

  t.strictSame((await get('/actions/queue')).json(), {
    actions: [
      { id: first.id, kind: loop, phase: 'NEW' },
      { id: second.id, kind: loop, phase: 'RUNNING' },
      { id: third.id, kind: loop, phase: 'NEW' }
    ]
  })
})

t.test('the finished are shown in the order of scheduling, not in that of ending', async t => {
  const { get, put, claim, store } = await openWorld(t)
  const [first, second] = [await put(), await put({ lane: 'other' })]
  await store.settle((await claim('other')).seq, { state: 'DONE' })
  await store.settle((await claim()).seq, failed('broken'))

  t.strictSame((await get('/actions/finished')).json(), {
    actions: [{ id: first.id, kind: loop, phase: 'FAILED' }, { id: second.id, kind: loop, phase: 'DONE' }]
  })
})

t.test('a list holds at most 50: the oldest of the queue, the newest of the finished', async t => {
  const { get, put, store } = await openWorld(t)
  const actions = await Promise.all(Array.from({ length: 60 }, async () => await put()))
  const ids = actions.sort((a, b) => a.seq - b.seq).map(({ id }) => id)

  t.same(idsIn((await get('/actions/queue')).json()), ids.slice(0, 50))

  for (const id of ids) await store.requestCancel(id, cancelWish())
  t.same(idsIn((await get('/actions/finished')).json()), ids.slice(10))
})

t.test('what runs is in the queue even when more than 50 that wait were scheduled before it', async t => {
  const { get, put, claim } = await openWorld(t)
  const waiting = await Promise.all(Array.from({ length: 55 }, async () => await put()))
  const running = await put({ lane: 'other' })
  await claim('other')

  const shown = idsIn((await get('/actions/queue')).json())

  const ids = waiting.sort((a, b) => a.seq - b.seq).map(({ id }) => id)
  t.same(shown, [...ids.slice(0, 49), running.id])
})

t.test('an action that starts while the queue is being read is shown once, as what it is', async t => {
  let interfere = async (): Promise<void> => {}
  const { get, put, claim } = await openWorld(t, {
    wrap: real => ({
      ...real,
      list: query => {
        const page = real.list({ ...query, limit: 1 })
        interfere().catch(t.threw)
        return page
      }
    })
  })
  const [first, second] = [await put(), await put()]
  interfere = async () => {
    interfere = async () => {}
    await claim()
  }

  t.same((await get('/actions/queue')).json(), {
    actions: [{ id: first.id, kind: loop, phase: 'RUNNING' }, { id: second.id, kind: loop, phase: 'NEW' }]
  })
})

t.test('other protocols cannot push Core\'s actions off the lists', async t => {
  const { get, put, store } = await openWorld(t)
  const mine = [await put(), await put({ protocol: 'replicante-classic' })]
  const others = await Promise.all(Array.from({ length: 60 }, async () => await put({ protocol: 'api' })))

  t.same(idsIn((await get('/actions/queue')).json()), mine.map(({ id }) => id))

  for (const { id } of [...mine, ...others]) await store.requestCancel(id, cancelWish())
  t.same(idsIn((await get('/actions/finished')).json()), mine.map(({ id }) => id))
})

t.test('the lists show every protocol when they are set to', async t => {
  const { get, put } = await openWorld(t, { listed: null })
  const actions = [await put(), await put({ protocol: 'api' }), await put({ protocol: 'esb' })]

  t.same(idsIn((await get('/actions/queue')).json()), actions.map(({ id }) => id))
})

t.test('both dialects show each other\'s actions', async t => {
  const { app, get, post, schedule } = await openWorld(t, { neighbours: true })
  const classic = (await post(`/api/unstable/actions/schedule/${loop}`)).json() as { id: string }
  const next = (await schedule()).json() as { id: string }

  t.same(idsIn((await get('/actions/queue')).json()), [classic.id, next.id])
  const shown = (await app.inject({ method: 'GET', url: '/api/unstable/actions/queue' })).json() as { id: string }[]
  t.same(shown.map(({ id }) => id), [classic.id, next.id])
  t.equal((await get(`/action/${classic.id}`)).statusCode, 200)
})
