import t from 'tap'
import { accessOf, somePrincipal } from '../support/access.js'
import { openHttpApp } from '../support/http-app.js'

const kind = 'agent.replicante.io/test.ping'

t.test('the audit says who scheduled and who cancelled, in pages', async t => {
  let name = 'core'
  const access = accessOf(() => name, { identify: ({ remoteAddress }) => ({ ...somePrincipal(name), remoteAddress }) })
  const { get, post, app } = await openHttpApp(t, { access })
  const { id } = (await post('/api/v1/actions', { kind, requester: 'a person' })).json<{ id: string }>()
  await post('/api/v1/actions', { kind })
  name = 'ops'
  await app.inject({
    method: 'POST', url: `/api/v1/actions/${id}/cancel`, headers: { 'content-type': 'application/json' }, remoteAddress: '10.0.0.9'
  })

  const first = await get('/api/v1/audit?limit=1')
  const [, link] = /^<(.*)>; rel="next"$/.exec(String(first.headers['link'])) ?? []
  const second = await get(link ?? '')

  t.match(first.json(), { entries: [{ kind, state: 'NEW', scheduled: { principal: 'core' }, cancelled: null }], next: String, gap: false })
  t.match(second.json(), {
    entries: [{
      action_id: id,
      state: 'FAILED',
      requester: 'a person',
      scheduled: { principal: 'core', protocol: 'api', remote_address: '127.0.0.1' },
      cancelled: { principal: 'ops', protocol: 'api', remote_address: '10.0.0.9', timestamp: String }
    }],
    next: null
  })
  const found = async (query: string): Promise<number> => (await get(`/api/v1/audit?${query}`)).json<{ entries: unknown[] }>().entries.length
  t.equal(await found('principal=ops&address=10.0.0.9'), 1)
  t.equal(await found('principal=ops&address=127.0.0.1'), 0)
  t.equal(await found('since=2100-01-01T00:00:00Z'), 0)
  t.equal(await found('until=2100-01-01T00:00:00Z'), 2)
  t.equal((await get('/api/v1/audit?unknown=1')).statusCode, 400)
  t.match((await get('/api/v1/audit?cursor=xyz')).json(), { type: '/problems/invalid-cursor' })
})
