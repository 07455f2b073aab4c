import { once } from 'node:events'
import t from 'tap'
import type { AnsweredRequest } from '../../src/domain/ports/observer.js'
import { graceMs } from '../../src/http/shutdown.js'
import { waitLimits } from '../../src/http/waits.js'
import { stopLimitMs } from '../../src/agent.js'
import { openHttpApp, type HttpAppOptions } from '../support/http-app.js'
import { connectRaw, rawGet, rawPost } from '../support/raw-http.js'
import type { Teardown } from '../support/engine.js'

const success = 'agent.replicante.io/debug.success'
const actions = '/api/v1/actions'
const events = '/api/v1/events'

// Some of these take seconds of waiting for a limit, on servers of their own: they wait together.
t.jobs = 4
const together = { buffered: true }

type Told = Omit<AnsweredRequest, 'ms'>

/** A server that listens, with an action that waits for good, and what the observer was told. */
async function open (t: Teardown, options: HttpAppOptions = {}) {
  const told: Told[] = []
  const waiting = new Set<() => void>()
  const app = await openHttpApp(t, {
    ...options,
    observer: {
      request ({ method, route, status, held }) {
        told.push({ method, route, status, held })
        for (const each of waiting) each()
      }
    }
  })
  /** What was told, as soon as it was told of so many requests. */
  const toldOf = async (count: number): Promise<Told[]> => {
    while (told.length < count) await new Promise<void>(resolve => waiting.add(resolve))
    return told
  }
  const url = await app.listen()
  const { id } = await app.engine.schedule(success)
  return { ...app, url, toldOf, waitPath: `${actions}/${id}?wait=60s` }
}

t.test('waits have a limit, over however few connections they come', together, async t => {
  const app = await open(t)
  const many = connectRaw(t, app.url)
  many.send(rawGet(app.waitPath).repeat(waitLimits.waits))
  // Requests of one connection are taken in their order: when this is done all of them wait.
  const marker = app.engine.scheduler.lastEvent() + 1
  many.send(rawPost(actions, JSON.stringify({ kind: success })))
  await until(app, marker)

  const refused = await app.get(app.waitPath)
  t.equal(refused.statusCode, 429)
  t.match(refused.json(), { type: '/problems/too-many-waits', detail: /^2000 waits are open/ })
  t.equal(refused.headers['retry-after'], '5')
  t.equal((await app.get(app.waitPath.replace(/\?.*/, ''))).statusCode, 200, 'without waiting it can be read')

  many.destroy()
  const over = await app.toldOf(waitLimits.waits + 3)
  t.equal(over.filter(({ status, held }) => status === 499 && held).length, waitLimits.waits, 'all end with their connection')
  t.equal((await app.get(app.waitPath.replace('60s', '1ms'))).statusCode, 200, 'and make room')
})

async function until (app: Awaited<ReturnType<typeof open>>, seq: number): Promise<void> {
  while (app.engine.scheduler.lastEvent() < seq) {
    await new Promise<void>(resolve => {
      const stop = app.engine.scheduler.onEvents(() => {
        stop()
        resolve()
      })
    })
  }
}

t.test('event streams have a limit, and end with their connection', together, async t => {
  const app = await open(t)
  const many = connectRaw(t, app.url)
  many.send(rawGet(events).repeat(waitLimits.streams))
  many.send(rawPost(actions, JSON.stringify({ kind: success })))
  await until(app, app.engine.scheduler.lastEvent() + 1)

  t.match((await app.get(events)).json(), { type: '/problems/too-many-waits', detail: /^500 event streams are open/ })
  const wait = await app.get(app.waitPath.replace('60s', '1ms'))
  t.equal(wait.statusCode, 200, 'waits are counted for themselves')

  many.destroy()
  await app.toldOf(waitLimits.streams + 3)
  const watcher = connectRaw(t, app.url)
  watcher.send(rawGet(events))
  await watcher.until(/event stream of the agent/)
  t.same(app.logged().filter(({ level }) => Number(level) >= 40), [], 'nothing of this is worth a warning')
})

t.test('a stream that waits behind another ends with their connection, in the midst of what it has to say', together, async t => {
  let reads = 0
  let readTwice = (): void => {}
  let unwatched = (): void => {}
  const stuck = new Promise<void>(resolve => { readTwice = resolve })
  const ends = new Promise<void>(resolve => { unwatched = resolve })
  const app = await open(t, {
    wrap: scheduler => ({
      ...scheduler,
      eventsAfter (...asked) {
        if (++reads === 2) readTwice()
        return scheduler.eventsAfter(...asked)
      },
      onEvents (listener) {
        const stop = scheduler.onEvents(listener)
        return () => {
          stop()
          unwatched()
        }
      }
    })
  })
  await Promise.all(Array.from({ length: 400 }, async () => await app.engine.schedule(success)))
  const connection = connectRaw(t, app.url)
  connection.send(rawGet(events) + rawGet(`${events}?last_event_id=${app.engine.scheduler.storeId}-0`))
  // The first piece fills what Node keeps for an answer in the queue; the second is held by the stream.
  await stuck

  connection.destroy()

  await t.resolves(ends, 'nobody watches any more')
})

t.test('garbage after a request gets no answer that could be taken for the request\'s', together, async t => {
  const app = await open(t)
  const connection = connectRaw(t, app.url)
  const done = app.engine.scheduler.lastEvent() + 1

  connection.send(`${rawPost(actions, JSON.stringify({ kind: success }))}GARBAGE\r\n\r\n`)

  t.equal(await connection.closed, '')
  await until(app, done)
  t.same(await app.toldOf(1), [{ method: 'POST', route: actions, status: 499, held: false }], 'and is not counted as answered')
})

t.test('garbage and slow requests put nothing into an answer that has begun', together, async t => {
  const app = await open(t, { config: { requestTimeoutSeconds: 1 } })
  for (const disturbance of ['GARBAGE\r\n\r\n', 'GET /livez HTTP/1.1\r\n']) {
    const watcher = connectRaw(t, app.url)
    watcher.send(rawGet(events))
    await watcher.until(/event stream of the agent/)

    watcher.send(disturbance)

    t.notMatch(await watcher.closed, /HTTP\/1\.1 4/, disturbance)
  }
})

t.test('an answered request whose body never comes gets no second answer', together, async t => {
  const app = await open(t, { config: { requestTimeoutSeconds: 1 } })
  const connection = connectRaw(t, app.url)

  connection.send('GET /livez HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n')

  t.match(await connection.closed, /^HTTP\/1\.1 200 OK\r\n(?![^]*HTTP\/1\.1)/)
})

t.test('after an answer, garbage is answered again', together, async t => {
  const app = await open(t)
  const connection = connectRaw(t, app.url)
  connection.send(rawGet('/livez'))
  await connection.until(/ok\n$/)

  connection.send('GARBAGE\r\n\r\n')

  t.match(await connection.closed, /ok\nHTTP\/1\.1 400 [^]*x-content-type-options: nosniff/)
})

t.test('requests that got no answer are counted and logged as such', together, async t => {
  const app = await open(t, { config: { requestTimeoutSeconds: 1 } })
  const slow = connectRaw(t, app.url)
  slow.send(rawPost(actions, '{', 100))
  t.match(await slow.closed, /^HTTP\/1\.1 408 /)
  await app.toldOf(1)
  const gone = connectRaw(t, app.url)
  gone.send(rawPost(actions, '{', 100))
  await once(app.app.server, 'request')
  gone.destroy()
  await app.toldOf(2)

  const waiter = connectRaw(t, app.url)
  waiter.send(rawGet(app.waitPath))
  waiter.send(rawPost(actions, JSON.stringify({ kind: success })))
  await until(app, app.engine.scheduler.lastEvent() + 1)
  waiter.destroy()

  const post = { method: 'POST', route: actions, held: false }
  t.same(await app.toldOf(4), [
    { ...post, status: 408 },
    { ...post, status: 499 },
    { method: 'GET', route: `${actions}/:id`, status: 499, held: true },
    { ...post, status: 202 }
  ])
  t.same(app.logged().filter(({ msg }) => msg === 'request').map(({ status, abandoned }) => [status, abandoned]), [
    [408, true], [499, true], [499, true], [202, true]
  ])
})

t.test('a request that stalls is cut off before the agent gives up on the server', together, async t => {
  t.ok(graceMs * 2 < stopLimitMs)
  const app = await open(t)
  const stalled = connectRaw(t, app.url)
  stalled.send(rawPost(actions, '{', 100))
  await once(app.app.server, 'request')

  await app.app.close()

  await t.resolves(stalled.closed)
})
