import t from 'tap'
import type { AnsweredRequest } from '../../src/domain/ports/observer.js'
import { openHttpApp } from '../support/http-app.js'

const json = { 'content-type': 'application/json' }

t.test('a wrong path is 404, a wrong method 405 with what is allowed', async t => {
  const { app, get, post } = await openHttpApp(t)

  t.match((await get('/api/v2/actions?secret=1')).json(), {
    type: '/problems/unknown-path', status: 404, detail: 'There is nothing at /api/v2/actions. GET / says where things are.'
  })
  const answer = await app.inject({ method: 'DELETE', url: '/api/v1/actions/x?y', headers: json })
  t.match(answer.json(), { type: '/problems/method-not-allowed', status: 405 })
  t.equal(answer.headers.allow, 'GET, HEAD')
  t.equal((await post('/api/v1/events')).headers.allow, 'GET')
  t.equal((await post('/api/v1/kinds/a/b')).headers.allow, 'GET, HEAD')
  const text = await app.inject({ method: 'POST', url: '/nothing', payload: 'x', headers: { 'content-type': 'text/plain' } })
  t.equal(text.statusCode, 404)
})

t.test('a wrong method is told before the body is looked at', async t => {
  const { app } = await openHttpApp(t)

  for (const method of ['PUT', 'QUERY', 'PROPFIND']) {
    const answer = await app.inject({ method: method as 'PUT', url: '/api/v1/actions', payload: '{nope', headers: json })
    t.match(answer.json(), { type: '/problems/method-not-allowed', status: 405 }, method)
  }
  const bare = await app.inject({ method: 'QUERY' as 'GET', url: '/api/v1/actions' })
  t.match(bare.json(), { type: '/problems/method-not-allowed' }, 'also without a body')
})

t.test('a file that the UI does not have is missing, not refused', async t => {
  const { get } = await openHttpApp(t)

  const answer = await get('/docs/static/nothing.js')

  t.match(answer.json(), { type: '/problems/unknown-path', status: 404 })
  t.notOk(answer.headers.allow)
})

t.test('a URL that cannot be read is refused like anything else', async t => {
  const requests: Array<Partial<AnsweredRequest>> = []
  const { get, logged } = await openHttpApp(t, {
    observer: { request: ({ method, route, status }) => { requests.push({ method, route, status }) } }
  })

  for (const path of ['/%zz', '/api/v1/actions/%zz?geheim', '/api/v1/kinds/%ff', '/%e0%a4%a']) {
    const answer = await get(path, { 'x-request-id': 'r-1' })
    t.match(answer.json(), { type: '/problems/invalid-request', status: 400, errors: [{ detail: /URL/ }] }, path)
    t.match(answer.headers, { 'x-content-type-options': 'nosniff', 'x-request-id': 'r-1' })
    t.equal((await get(path, { host: 'evil.example' })).statusCode, 403, 'the host comes first')
  }
  t.equal(requests.length, 8)
  t.same(requests[0], { method: 'GET', route: 'unknown', status: 400 })
  t.equal(logged().filter(({ msg }) => msg === 'request').length, 8)
  t.notMatch(JSON.stringify(logged()), /geheim/)
})

t.test('an id of any length is looked at', async t => {
  const { get } = await openHttpApp(t)

  const answer = await get(`/api/v1/actions/${'a'.repeat(15_000)}`)

  t.match(answer.json(), { type: '/problems/invalid-id', status: 400 })
  t.ok(answer.body.length < 1000, 'and not repeated in full')
})
