import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import t from 'tap'
import type { Action } from '../../../src/domain/action.js'
import { decodes, models } from './serde.js'
import { openWorld, ping } from './world.js'

const id = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'

t.test('an action is on disk when its id is answered', async t => {
  const { schedule, store } = await openWorld(t)

  const answer = await schedule({
    action_id: id, args: { count: 3 }, created_ts: '2026-11-21T08:00:00.123456+02:00', requester: 'CORE_DECLARATIVE'
  })

  t.equal(answer.statusCode, 200)
  t.ok(decodes(models.scheduled, answer.body))
  t.same(answer.json(), { id })
  t.match(store.get(id), {
    kind: ping,
    args: { count: 3 },
    createdAt: Date.parse('2026-11-21T06:00:00.123Z'),
    requester: 'CORE_DECLARATIVE',
    protocol: 'replicante-classic',
    principal: 'local',
    lane: 'main',
    state: 'NEW'
  })
})

t.test('every field may be absent or null, and so may the body', async t => {
  const bodies = {
    'no body': '',
    null: 'null',
    'an empty object': '{}',
    nulls: '{"action_id": null, "args": null, "created_ts": null, "requester": null}'
  }
  for (const [name, body] of Object.entries(bodies)) {
    await t.test(name, async t => {
      const now = Date.parse('2026-11-21T08:00:00Z')
      const { schedule, store } = await openWorld(t, { clock: { now: () => now } })

      const answer = await schedule(body)

      t.equal(answer.statusCode, 200, answer.body)
      t.match(store.get((answer.json() as Action).id), { args: null, requester: 'AGENT_API', createdAt: now, scheduledAt: now })
    })
  }
})

t.test('fields that are not known are not looked at', async t => {
  const { schedule, store } = await openWorld(t)

  const answer = await schedule({ action_id: id, lane: 'mine', kind: 'other', headers: { a: 'b' } })

  t.equal(answer.statusCode, 200)
  t.match(store.get(id), { kind: ping, lane: 'main', headers: {} })
})

t.test('an id in capitals is the same id', async t => {
  const { schedule } = await openWorld(t)

  t.same((await schedule({ action_id: id.toUpperCase() })).json(), { id })
  t.equal((await schedule({ action_id: id })).statusCode, 409)
})

t.test('the kind is the rest of the path, with its slashes plain or encoded', async t => {
  const { schedule, store } = await openWorld(t)
  for (const kind of [ping, encodeURIComponent(ping)]) {
    const { id } = (await schedule({}, { kind })).json() as Action
    t.match(store.get(id), { kind: ping })
  }
})

t.test('an id that is taken is refused, with the same content and with other', async t => {
  const { schedule, store } = await openWorld(t)
  await schedule({ action_id: id, args: { count: 1 } })

  for (const count of [1, 2]) {
    const answer = await schedule({ action_id: id, args: { count } })

    t.equal(answer.statusCode, 409)
    t.ok(decodes(models.error, answer.body))
    t.match(answer.json(), { variant: 'ActionAlreadyExists' })
  }
  t.equal(store.page({ filter: {}, order: 'asc', limit: 10 }).items.length, 1)
})

t.test('an id that another protocol has used is taken too', async t => {
  const { schedule, put } = await openWorld(t)
  await put({ id, protocol: 'api' })

  t.match((await schedule({ action_id: id })).json(), { variant: 'ActionAlreadyExists' })
})

t.test('actions run in the order of scheduling, whatever their creation says', async t => {
  const { schedule, claim } = await openWorld(t)
  const first = (await schedule({ created_ts: '2030-01-01T00:00:00Z' })).json() as Action
  await schedule({ created_ts: '2020-01-01T00:00:00Z' })

  t.equal((await claim()).id, first.id)
})

t.test('headers of the request become headers of the action', async t => {
  const { schedule, store, get } = await openWorld(t, { secretHeaders: ['X-Forwarded-Access-Token'] })
  await schedule({ action_id: id }, {
    headers: {
      'X-Trace-Id': 'abc',
      Accept: 'text/plain',
      'Accept-Encoding': 'gzip',
      'User-Agent': 'core/0.7',
      Connection: 'close, X-Hop',
      'X-Hop': 'this far',
      TE: 'trailers',
      Authorization: 'Bearer hunter2',
      'Proxy-Authorization': 'Basic hunter2',
      Cookie: 'session=hunter2',
      'X-Forwarded-Access-Token': 'hunter2',
      'X-Api-Key': 'hunter2',
      'X-Auth-Token': 'hunter2',
      'Set-Cookie': 'hunter2',
      'X-CSRF-Token': 'kept',
      'X-Token-Count': '3'
    }
  })

  t.same(store.get(id)?.headers, { 'x-trace-id': 'abc', 'x-token-count': '3', 'x-csrf-token': 'kept' })
  t.notMatch((await get(`/actions/info/${id}`)).body, /hunter2/)
})

t.test('a repeated header is joined, and a strange name does no harm', async t => {
  const { app, store, get } = await openWorld(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const body = JSON.stringify({ action_id: id })
  const socket = connect(port, '127.0.0.1')
  socket.write([
    `POST /api/unstable/actions/schedule/${ping} HTTP/1.1`, 'Host: localhost', 'Connection: close',
    'Content-Type: application/json', `Content-Length: ${body.length}`,
    'X-Span: one', 'x-span: two', 'From: a@example', 'FROM: b@example', '__proto__: polluted', '', body
  ].join('\r\n'))
  socket.resume()
  await once(socket, 'close')

  const headers = store.get(id)?.headers ?? {}
  t.equal(headers['x-span'], 'one, two')
  t.equal(headers['from'], 'a@example, b@example', 'also where Node itself would keep the first alone')
  t.same(Object.keys(headers).toSorted(), ['__proto__', 'from', 'x-span'])
  const shown = JSON.parse((await get(`/actions/info/${id}`)).body) as { action: { headers: object } }
  t.same(Object.entries(shown.action.headers).toSorted(), Object.entries(headers).toSorted())
})
