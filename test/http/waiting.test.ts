import { once } from 'node:events'
import { get as httpGet } from 'node:http'
import { connect } from 'node:net'
import t from 'tap'
import type { Scheduler } from '../../src/domain/ports/scheduler.js'
import { openHttpApp, type HttpApp } from '../support/http-app.js'

const success = 'agent.replicante.io/debug.success'

/** Tells when somebody waits at the scheduler, and when that wait has ended. */
function watchWaits (): { wrap: (scheduler: Scheduler) => Scheduler, begun: Promise<void>, ended: Promise<void> } {
  let begin = (): void => {}
  let end = (): void => {}
  const begun = new Promise<void>(resolve => { begin = resolve })
  const ended = new Promise<void>(resolve => { end = resolve })
  const told = async <T>(wait: Promise<T>): Promise<T> => {
    begin()
    return await wait.finally(end)
  }
  const wrap = (scheduler: Scheduler): Scheduler => ({
    ...scheduler,
    outcome: async (id, signal) => await told(scheduler.outcome(id, signal)),
    changed: async (id, version, signal) => await told(scheduler.changed(id, version, signal))
  })
  return { wrap, begun, ended }
}

async function scheduled (app: HttpApp): Promise<{ url: string, etag: string }> {
  const answer = await app.post('/api/v1/actions', { kind: success })
  return { url: answer.headers.location as string, etag: answer.headers.etag as string }
}

t.test('an unchanged action is 304, a changed one is sent', async t => {
  const app = await openHttpApp(t)
  const { url, etag } = await scheduled(app)

  for (const header of [etag, `"other", W/${etag}`, '*']) {
    const same = await app.get(url, { 'if-none-match': header })
    t.equal(same.statusCode, 304, header)
    t.equal(same.body, '')
    t.equal(same.headers.etag, etag)
  }
  await app.post(`${url}/cancel`)
  const changed = await app.get(url, { 'if-none-match': etag })
  t.equal(changed.statusCode, 200)
  t.not(changed.headers.etag, etag)
})

t.test('a wait is answered when the action is final', async t => {
  const waits = watchWaits()
  const app = await openHttpApp(t, { wrap: waits.wrap })
  const { url } = await scheduled(app)

  const answer = app.get(`${url}?wait=1m`)
  await waits.begun
  await app.engine.executor.start()

  t.match((await answer).json(), { state: 'DONE', history: [{ state: 'NEW' }, { state: 'RUNNING' }, { state: 'DONE' }] })
  t.equal((await app.get(`${url}?wait=1m`)).json().state, 'DONE', 'and of a final one at once')
})

t.test('a wait for a change of a final action is over at once: there will be none', async t => {
  let waits = 0
  const app = await openHttpApp(t, {
    wrap: scheduler => ({
      ...scheduler,
      changed: async (...wait) => {
        waits++
        return await scheduler.changed(...wait)
      }
    })
  })
  const { url } = await scheduled(app)
  await app.post(`${url}/cancel`)
  const { etag } = (await app.get(url)).headers

  const answer = await app.get(`${url}?wait=1`, { 'if-none-match': etag as string })

  t.equal(answer.statusCode, 304)
  t.equal(waits, 0)
})

t.test('a wait with If-None-Match is answered at the first change', async t => {
  const waits = watchWaits()
  const app = await openHttpApp(t, { wrap: waits.wrap })
  const { url, etag } = await scheduled(app)
  t.equal((await app.get(`${url}?wait=60`, { 'if-none-match': '"other"' })).statusCode, 200, 'at once when it differs already')

  const answer = app.get(`${url}?wait=60s`, { 'if-none-match': etag })
  await waits.begun
  await app.post(`${url}/cancel`)

  t.equal((await answer).statusCode, 200)
  t.equal((await answer).json().state, 'FAILED')
})

t.test('when the time is over the answer is what there is', async t => {
  const app = await openHttpApp(t, { config: { waitLimitSeconds: 0.02 } })
  const { url, etag } = await scheduled(app)

  t.equal((await app.get(`${url}?wait=500s`)).json().state, 'NEW', 'bounded by the configured limit')
  t.equal((await app.get(`${url}?wait=5ms`)).json().state, 'NEW')
  t.equal((await app.get(`${url}?wait=5ms`, { 'if-none-match': etag })).statusCode, 304)
  t.equal((await app.get(`${url}?wait=0`)).statusCode, 200)
})

t.test('a wait that is no duration is refused', async t => {
  const app = await openHttpApp(t)
  const { url } = await scheduled(app)

  for (const wait of ['', 'soon', '-1', '1h', '1.5s', '5 s']) {
    t.match((await app.get(`${url}?wait=${encodeURIComponent(wait)}`)).json(), { status: 400, errors: [{ pointer: '/wait' }] }, wait)
  }
})

t.test('waits end when the agent stops, and what comes after is refused', async t => {
  const waits = watchWaits()
  const app = await openHttpApp(t, { wrap: waits.wrap })
  const { url } = await scheduled(app)
  const answer = app.get(`${url}?wait=60`)
  await waits.begun

  app.endWaits()
  app.endWaits()

  t.match((await answer).json(), { state: 'NEW' })
  const refused = await app.get('/api/v1/kinds')
  t.equal(refused.statusCode, 503)
  t.match(refused.json(), { type: '/problems/shutting-down' })
  t.ok(Number(refused.headers['retry-after']) > 0)
  t.equal((await app.get('/livez')).statusCode, 200)
  t.equal((await app.get('/readyz')).statusCode, 503)
})

t.test('a client that goes away ends its wait', async t => {
  const waits = watchWaits()
  const app = await openHttpApp(t, { wrap: waits.wrap })
  const { url } = await scheduled(app)
  const client = httpGet(`${await app.listen()}${url}?wait=60`)
  client.on('error', () => {})
  await waits.begun

  client.destroy()

  await t.resolves(waits.ended)
})

t.test('closing the server does not wait for those who wait', async t => {
  const waits = watchWaits()
  const app = await openHttpApp(t, { wrap: waits.wrap })
  const { url } = await scheduled(app)
  const answer = fetch(`${await app.listen()}${url}?wait=60`)
  await waits.begun

  await app.app.close()

  t.equal((await answer).status, 200)
})

t.test('a connection that never sent anything does not hold the server open', async t => {
  const app = await openHttpApp(t)
  const { port } = new URL(await app.listen())
  const silent = connect(Number(port), '127.0.0.1')
  silent.on('error', () => {})
  const closed = once(silent, 'close')
  await once(app.app.server, 'connection')

  await app.app.close()

  await t.resolves(closed)
})
