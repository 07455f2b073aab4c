import t from 'tap'
import type { ActionEvent } from '../../src/domain/action.js'
import { createEventHub } from '../../src/http/event-hub.js'
import { eventStream } from '../../src/http/event-stream.js'
import { eventually } from '../support/eventually.js'
import { openHttpApp } from '../support/http-app.js'

const success = 'agent.replicante.io/debug.success'

interface Received {
  readonly event: string
  readonly id?: string
  readonly data: Record<string, unknown>
}

/** Opens a stream and reads its events one by one. */
async function watch (url: string, headers: Record<string, string> = {}) {
  const ending = new AbortController()
  const response = await fetch(url, { headers, signal: ending.signal })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  let began: string | null = null
  /** The next block of the stream as its fields; null at its end. Comments are passed over. */
  async function next (): Promise<Received | null> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end === -1) {
        const { value, done } = await reader.read()
        if (done) return null
        text += value
        continue
      }
      const fields = text.slice(0, end).split('\n').filter(line => !line.startsWith(':')).map(line => line.split(/: (.*)/s).slice(0, 2))
      text = text.slice(end + 2)
      if (fields.length === 0) continue
      const { data, ...others } = Object.fromEntries(fields) as { data: string, event: string, id?: string }
      if (others.event === 'begin') began = others.id ?? null
      else return { ...others, data: JSON.parse(data) as Record<string, unknown> }
    }
  }
  return { response, next, beganAt: () => began, close: () => { ending.abort() } }
}

t.test('every transition is told as it happens', async t => {
  const app = await openHttpApp(t)
  const url = `${await app.listen()}/api/v1/events`
  await app.engine.schedule(success)
  const stream = await watch(url)
  t.equal(stream.response.headers.get('content-type'), 'text/event-stream; charset=utf-8')

  const { id } = await app.engine.schedule(success, { args: null })
  const first = await stream.next()

  const { storeId } = app.engine.scheduler
  t.match(first, { event: 'transition', id: `${storeId}-2`, data: { action_id: id, kind: success, lane: 'main', protocol: 'test', state: 'NEW', state_payload: null, timestamp: /Z$/ } })

  await app.engine.executor.start()
  await app.engine.finished(id)
  const states = [await stream.next(), await stream.next(), await stream.next(), await stream.next()].map(event => event?.data['state'])
  t.same(states, ['RUNNING', 'DONE', 'RUNNING', 'DONE'])
  stream.close()
})

t.test('who loses the stream before its first event comes back with where it began, and misses nothing', async t => {
  const app = await openHttpApp(t)
  const url = `${await app.listen()}/api/v1/events`
  for (const before of [0, 1]) {
    const stream = await watch(url)
    const nothing = stream.next().catch(() => null)
    await eventually('it says where it begins', () => stream.beganAt() !== null)
    stream.close()
    await nothing

    const { id } = await app.engine.schedule(success)
    const again = await watch(url, { 'last-event-id': stream.beganAt() ?? '' })
    t.match(await again.next(), { event: 'transition', data: { action_id: id, state: 'NEW' } }, `after ${before} events`)
    t.equal(again.beganAt(), null, 'who has an id is told no other')
    again.close()
  }
})

t.test('what was missed is replayed from disk, by header or parameter', async t => {
  const app = await openHttpApp(t)
  const url = `${await app.listen()}/api/v1/events`
  const ids: string[] = []
  for (let index = 0; index < 450; index++) ids.push((await app.engine.schedule(success)).id)
  const lastEventId = `${app.engine.scheduler.storeId}-10`

  for (const stream of [await watch(url, { 'last-event-id': lastEventId }), await watch(`${url}?last_event_id=${lastEventId}`)]) {
    const received: unknown[] = []
    while (received.length < 440) received.push((await stream.next())?.data['action_id'])
    t.same(received, ids.slice(10))
    stream.close()
  }
})

t.test('what cannot be replayed is told as a gap, and the stream goes on', async t => {
  const app = await openHttpApp(t)
  const url = `${await app.listen()}/api/v1/events`
  const { storeId } = app.engine.scheduler
  await app.engine.schedule(success)
  // In a database that was put back and went on, the same position has another time.
  const cases = [
    ['another-store-7', 'other-store'], [`${storeId}-99`, 'ahead'], [`${storeId}-99-1700000000000`, 'ahead'],
    [`${storeId}-1-1700000000000`, 'other-store']
  ] as const
  for (const [id, reason] of cases) {
    const stream = await watch(url, { 'last-event-id': id })
    const position = app.engine.scheduler.lastEvent()
    t.match(await stream.next(), { event: 'gap', id: `${storeId}-${position}`, data: { reason } })
    await app.engine.schedule(success)
    const next = await stream.next()
    t.match(next, { event: 'transition', id: `${storeId}-${position + 1}-` })
    stream.close()
    const again = await watch(url, { 'last-event-id': next?.id ?? '' })
    await app.engine.schedule(success)
    t.match(await again.next(), { event: 'transition', id: `${storeId}-${position + 2}-` }, 'an id of this store leads on')
    again.close()
  }
})

t.test('where events were pruned, a gap stands for them', async t => {
  const app = await openHttpApp(t)
  const url = `${await app.listen()}/api/v1/events`
  const { scheduler, store, executor } = app.engine
  const old = await app.engine.schedule(success)
  await executor.start()
  await app.engine.finished(old.id)
  await store.prune({ keep: 0, before: Date.now() + 1000 })
  const stream = await watch(url, { 'last-event-id': `${scheduler.storeId}-1` })

  t.match(await stream.next(), { event: 'gap', data: { reason: 'pruned' } })
  const { id } = await app.engine.schedule(success)
  t.match(await stream.next(), { event: 'transition', data: { action_id: id, state: 'NEW' } })
  stream.close()
})

t.test('an id that is none is refused', async t => {
  const app = await openHttpApp(t)

  for (const id of ['x', '5', 'store-', '-5', 'store-5x']) {
    const answer = await app.get('/api/v1/events', { 'last-event-id': id })
    t.match(answer.json(), { type: '/problems/invalid-header', status: 400 }, id)
  }
})

t.test('streams end when the agent stops', async t => {
  const app = await openHttpApp(t)
  const stream = await watch(`${await app.listen()}/api/v1/events`)

  app.endWaits()

  t.equal(await stream.next(), null)
})

const storeId = 'store'

function fakeSource () {
  const events: ActionEvent[] = []
  let listener: ((events: readonly ActionEvent[]) => void) | null = null
  const asked: number[] = []
  return {
    storeId,
    asked,
    listening: () => listener !== null,
    lastEvent: () => events.length,
    eventTime: (position: number) => events[position - 1]?.at ?? null,
    eventsAfter (position: number, limit: number) {
      asked.push(position)
      return { events: events.slice(position, position + limit), gap: false }
    },
    onEvents (told: (events: readonly ActionEvent[]) => void) {
      listener = told
      return () => { listener = null }
    },
    commit (count: number): void {
      const made = Array.from({ length: count }, (_, index): ActionEvent => ({
        seq: events.length + index + 1, actionId: 'a', at: 0, state: 'NEW', payload: null, kind: 'k', lane: 'main', protocol: 'api'
      }))
      events.push(...made)
      listener?.(made)
    }
  }
}

const pace = { coalesceMs: 0, heartbeatMs: 60_000 }

async function pull (stream: AsyncGenerator<string>): Promise<string[]> {
  const { value } = await stream.next() as { value: string }
  return [...value.matchAll(/^id: store-(\d+)-0$/gm)].map(match => match[1] as string)
}

const fromNow = { lastEventId: undefined, isStillWelcome: () => true }

t.test('what a commit brought goes out in one piece, and from memory', async t => {
  const source = fakeSource()
  const hub = createEventHub(source)
  const stream = eventStream({ ...fromNow, hub, signal: new AbortController().signal, pace })
  await stream.next()

  source.commit(2)
  source.commit(1)

  t.same(await pull(stream), ['1', '2', '3'])
  t.same(source.asked, [])
  await stream.return(undefined)
})

t.test('a watcher that is too slow for memory goes on from disk and misses nothing', async t => {
  const source = fakeSource()
  const hub = createEventHub(source)
  const stream = eventStream({ ...fromNow, hub, signal: new AbortController().signal, pace })
  await stream.next()
  for (let turn = 0; turn < 50; turn++) source.commit(100)

  const received: string[] = []
  while (received.length < 5000) received.push(...await pull(stream))

  t.same(received, Array.from({ length: 5000 }, (_, index) => String(index + 1)))
  t.ok(source.asked.length > 0, 'the disk was asked')
  t.ok(source.asked.length < 25, 'but not for the newest')
  await stream.return(undefined)
})

t.test('while nobody watches, nothing is kept', async t => {
  const source = fakeSource()
  const hub = createEventHub(source)
  t.notOk(source.listening())
  const stream = eventStream({ ...fromNow, hub, signal: new AbortController().signal, pace })
  await stream.next()
  t.ok(source.listening())

  await stream.return(undefined)

  t.notOk(source.listening())
})

t.test('silence is broken by comments', async t => {
  const hub = createEventHub(fakeSource())
  const { signal } = new AbortController()
  const stream = eventStream({ ...fromNow, hub, signal, pace: { coalesceMs: 0, heartbeatMs: 1 } })
  await stream.next()

  t.match((await stream.next()).value, /^: .*\n\n$/)
  t.match((await stream.next()).value, /^: .*\n\n$/)
  await stream.return(undefined)
})

t.test('the stream ends when its watcher is no longer welcome', async t => {
  const source = fakeSource()
  const { signal } = new AbortController()
  let welcome = true
  const hub = createEventHub(source)
  const stream = eventStream({ ...fromNow, hub, signal, pace, isStillWelcome: () => welcome })
  await stream.next()

  welcome = false
  source.commit(1)

  t.same(await stream.next(), { done: true, value: undefined })
  t.notOk(source.listening())
})
