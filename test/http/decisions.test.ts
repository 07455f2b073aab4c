import t from 'tap'
import { createActiveWorkflow } from '../../src/protocols/activeworkflow/protocol.js'
import { createReplicanteClassic } from '../../src/protocols/replicante-classic/protocol.js'
import { createReplicanteNext } from '../../src/protocols/replicante-next/protocol.js'
import { systemClock as clock } from '../../src/domain/clock.js'
import type { Scope } from '../../src/domain/ports/access.js'
import { createIdSource } from '../../src/ids.js'
import { accessOf, realAccess, somePrincipal } from '../support/access.js'
import { openHttpApp, type HttpAppOptions } from '../support/http-app.js'

const kind = 'agent.replicante.io/test.ping'

/** Every protocol that has routes. */
const protocols: HttpAppOptions['protocols'] = parts => [
  createReplicanteClassic({ ...parts, config: { listed: null, trees: { unstable: true, introspect: true } } }),
  createReplicanteNext({ ...parts, config: { listed: null } }),
  createActiveWorkflow({ ...parts, clock, newId: createIdSource() })
]

/** What anybody may see: that there is an agent, what its API looks like, and whether it lives. */
const publicRoutes = [
  '/', '/api', '/docs', '/docs/', '/docs/json', '/docs/static/*', '/docs/static/index.html', '/docs/static/swagger-initializer.js',
  '/docs/yaml', '/livez', '/openapi.json', '/openapi/:file', '/problems/:code', '/readyz', '/ui', '/ui/*'
]

/** A request that a route takes, as far as access is concerned. */
function requestTo ({ method, path }: { method: string, path: string }) {
  const url = path.replace('*', path === '/ui/*' ? 'app.js' : path.endsWith('static/*') ? 'index.css' : kind).replace(/:\w+/, 'some')
  const body = path.startsWith('/activeworkflow')
    ? { method: 'receive', params: { options: { kind }, message: { id: 1, payload: {} } } }
    : { kind }
  const json = { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) }
  return { method: method as 'GET', url, ...method === 'POST' ? json : {} }
}

t.test('every route of every protocol is decided, and nobody can use one that is not public', async t => {
  const { app, routes } = await openHttpApp(t, { protocols, access: realAccess({ host: '0.0.0.0', certificates: {} }) })
  t.ok(routes.length > 40, 'there is something to walk')
  t.strictSame([...new Set(routes.filter(({ access }) => access === 'public').map(({ path }) => path))].sort(), publicRoutes)

  for (const route of routes) {
    const answer = await app.inject({ ...requestTo(route), remoteAddress: '10.0.0.1' })
    if (route.access === 'public') t.notOk([401, 403].includes(answer.statusCode), `${route.method} ${route.path} is public`)
    else t.equal(answer.statusCode, 401, `${route.method} ${route.path} needs ${route.access}`)
  }
})

t.test('who may do something else may use no route that is not public, but ask who they are', async t => {
  const others: Record<string, Scope[]> = {
    read: ['cancel', 'schedule:other/*'], cancel: ['read', 'schedule'], admin: ['read', 'cancel', 'schedule'], known: ['read', 'schedule:other/*']
  }
  let scopes: readonly Scope[] = []
  const access = { ...realAccess(), identify: () => ({ ...somePrincipal('eve'), scopes }) }
  const { app, routes, engine } = await openHttpApp(t, { protocols, access })

  for (const route of routes) {
    if (route.access === 'public' || route.path === '/api/v1/whoami') continue
    scopes = others[route.access] ?? []
    const answer = await app.inject(requestTo(route))
    // This protocol tells what trying again cannot mend in words of its own.
    const refused = answer.statusCode === 403 || /may not schedule/.test(answer.body)
    t.ok(refused, `${route.method} ${route.path} needs ${route.access}: ${answer.statusCode}`)
  }
  t.strictSame(engine.scheduler.list({ filter: {}, order: 'asc', limit: 10 }).items, [], 'nothing was scheduled')
})

t.test('a server with a route that nobody has decided about does not start', async t => {
  const careless = {
    name: 'careless',
    http: {
      prefix: '/careless',
      mount: (scope: { get: (path: string, handler: () => Promise<object>) => unknown }) => { scope.get('/open', async () => ({})) },
      openapi: { document: 'careless', title: 'x', description: 'x', version: '1.0.0' }
    },
    start: async () => {},
    stop: async () => {}
  }
  await t.rejects(openHttpApp(t, { protocols: [careless] }), { message: /who may use \/careless\/open/ })
})

t.test('each protocol records who asked, from where', async t => {
  const access = accessOf(() => 'core', { identify: ({ remoteAddress }) => ({ ...somePrincipal('core'), remoteAddress }) })
  const { app, engine } = await openHttpApp(t, { protocols, access })
  const send = async (url: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body), remoteAddress: '10.1.2.3' })
    t.ok(answer.statusCode < 300, `${url} ${answer.body}`)
  }

  await send('/api/v1/actions', { kind })
  await send(`/api/unstable/actions/schedule/${kind}`, {})
  await send('/replisdk/api/unstable/action', { kind })
  await send(`/activeworkflow/kinds/${kind}`, { method: 'receive', params: { options: {}, message: { id: 1, payload: {} } } })

  const found = engine.scheduler.list({ filter: {}, order: 'asc', limit: 10 }).items
  t.strictSame(found.map(({ principal, protocol, remoteAddress }) => [principal, protocol, remoteAddress]),
    ['api', 'replicante-classic', 'replicante-next', 'activeworkflow'].map(protocol => ['core', protocol, '10.1.2.3']))
})

t.test('a token in the URL counts where the protocol says so, and nowhere else', async t => {
  const seen: Array<string | undefined> = []
  const access = accessOf(() => 'x', {
    identify: ({ urlToken }) => {
      seen.push(urlToken)
      return somePrincipal('x')
    }
  })
  const { get, post } = await openHttpApp(t, { protocols, access })

  await get('/api/v1/kinds?token=secret')
  await get('/api/unstable/shards?token=secret')
  await get('/replisdk/api/unstable/info/shards?token=secret')
  await post('/activeworkflow?token=secret', { method: 'register' })

  t.strictSame(seen, [undefined, undefined, undefined, 'secret'])
})

t.test('a caller is told who it is', async t => {
  const { get } = await openHttpApp(t, { access: realAccess({ localScopes: ['read', 'schedule:a/*'] }) })

  t.same((await get('/api/v1/whoami')).json(), {
    name: 'local', method: 'local', scopes: ['read', 'schedule:a/*'], remote_address: '127.0.0.1'
  })
})

t.test('what a proxy passed on is not taken for a request of this machine', async t => {
  const { get } = await openHttpApp(t, { access: realAccess({ certificates: {} }) })

  t.equal((await get('/api/v1/kinds')).statusCode, 200)
  for (const header of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via']) {
    t.equal((await get('/api/v1/kinds', { [header]: '127.0.0.1' })).statusCode, 401, header)
  }
})

t.test('the log says who sent a request', async t => {
  const { get, logged } = await openHttpApp(t, { access: accessOf(() => 'core') })

  await get('/api/v1/kinds')

  t.match(logged().find(({ msg }) => msg === 'request'), { principal: 'core', remote: '127.0.0.1' })
})
