import t from 'tap'
import type { Credentials, Principal } from '../../src/domain/ports/access.js'
import { accessOf, somePrincipal } from '../support/access.js'
import { openHttpApp } from '../support/http-app.js'
import { connectRaw } from '../support/raw-http.js'

const success = 'agent.replicante.io/debug.success'
const wish = JSON.stringify({ kind: success })
const head = 'POST /api/v1/actions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
  `Content-Length: ${wish.length}\r\nConnection: close\r\n\r\n`

t.test('a request whose token is revoked before its body has come is refused', async t => {
  let valid = true
  let identified = (): void => {}
  const known = new Promise<void>(resolve => { identified = resolve })
  const identify = (): Principal => {
    identified()
    return somePrincipal('core')
  }
  const app = await openHttpApp(t, { access: accessOf(() => 'core', { identify, isStillValid: () => valid }) })
  const connection = connectRaw(t, await app.listen())

  connection.send(head + wish.slice(0, 5))
  await known
  valid = false
  connection.send(wish.slice(5))

  t.match(await connection.closed, /^HTTP\/1\.1 401 .*not valid any more/s)
  t.equal(app.engine.store.page({ filter: {}, order: 'asc', limit: 10 }).items.length, 0, 'nothing is scheduled')
})

t.test('who waits with a token that is revoked meanwhile is told nothing', async t => {
  let valid = true
  let begin = (): void => {}
  const begun = new Promise<void>(resolve => { begin = resolve })
  const app = await openHttpApp(t, {
    access: accessOf(() => 'core', { isStillValid: () => valid }),
    wrap: scheduler => ({
      ...scheduler,
      outcome: async (id, signal) => {
        begin()
        return await scheduler.outcome(id, signal)
      }
    })
  })
  const { id } = (await app.post('/api/v1/actions', { kind: success })).json<{ id: string }>()

  const answer = app.get(`/api/v1/actions/${id}?wait=1m`)
  await begun
  valid = false
  await app.engine.executor.start()

  t.match(await answer, { statusCode: 401, body: /not valid any more/ })
})

t.test('a certificate counts for as long as its connection is trusted, also while a body comes', async t => {
  const identify = (): Principal => ({ ...somePrincipal('core'), method: 'certificate' })
  const app = await openHttpApp(t, { access: accessOf(() => 'core', { identify }) })

  t.equal((await app.post('/api/v1/actions', { kind: success })).statusCode, 401)
})

t.test('of several Authorization headers none is chosen', async t => {
  const seen: Credentials[] = []
  const identify = (credentials: Credentials): Principal => {
    seen.push(credentials)
    return somePrincipal('core')
  }
  const app = await openHttpApp(t, { access: accessOf(() => 'core', { identify }) })
  const connection = connectRaw(t, await app.listen())

  connection.send('GET /api/v1/whoami HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a\r\n' +
    'authorization: Bearer b\r\nConnection: close\r\n\r\n')
  await connection.closed

  t.match(seen, [{ authorization: 'Bearer a, Bearer b' }])
})
