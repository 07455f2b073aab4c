import t from 'tap'
import type { AgentInfo, NodeInfo } from '../../src/domain/info.js'
import { silentLogger } from '../../src/domain/log.js'
import type { Logger } from '../../src/domain/log.js'
import type { Datastore } from '../../src/domain/ports/datastore.js'
import { Problem } from '../../src/domain/problem.js'
import { createInspector } from '../../src/info/inspector.js'

const agent: AgentInfo = { number: '1.0.0', checkout: 'unknown', taint: 'not tainted' }
const healthy: NodeInfo = {
  id: 'n1', status: 'HEALTHY', statusReason: null, addresses: { client: 'db:1' }, attributes: { role: 'leader' }
}

function datastore (changes: Partial<Datastore> = {}): Datastore {
  return {
    kind: 'fake',
    node: async () => healthy,
    cluster: async () => ({ id: 'c1', displayName: null, attributes: {} }),
    version: async () => ({ number: '3.0.0', checkout: null, extra: null }),
    shards: async () => [],
    start: async () => {},
    close: async () => {},
    ...changes
  }
}

interface Around {
  readonly timeoutMs?: number
  readonly log?: Logger
}

function inspect (changes: Partial<Datastore> = {}, { timeoutMs = 10_000, log = silentLogger }: Around = {}) {
  return createInspector({ datastore: datastore(changes), agent, timeoutMs, log })
}

const never = () => new Promise<never>(() => {})

t.test('answers come from the datastore', async t => {
  const inspector = inspect()

  t.equal(inspector.agent(), agent)
  t.equal(inspector.datastoreKind, 'fake')
  t.same(await inspector.node(), healthy)
  t.match(await inspector.cluster(), { id: 'c1' })
  t.match(await inspector.version(), { number: '3.0.0' })
  t.same(await inspector.shards(), [])
})

t.test('a datastore that hangs is unavailable once the limit is over', async t => {
  const inspector = inspect({ node: never, shards: never }, { timeoutMs: 1 })

  await t.rejects(inspector.shards(), { code: 'datastore-unavailable', message: /no answer within 1 ms/ })
  t.match(await inspector.node(), { status: 'UNAVAILABLE', statusReason: /no answer within 1 ms/ })
})

t.test('a call that hangs does not keep later ones from an answer', async t => {
  let calls = 0
  const inspector = inspect({ shards: () => calls++ === 0 ? never() : Promise.resolve([]) }, { timeoutMs: 1 })

  await t.rejects(inspector.shards())
  t.same(await inspector.shards(), [])
})

t.test('a driver that throws is unavailable, whether it rejects or throws at once', async t => {
  const inspector = inspect({
    version: () => { throw new Error('no such file') },
    cluster: async () => { throw new Error('refused') }
  })

  await t.rejects(inspector.version(), { code: 'datastore-unavailable', message: 'The datastore does not answer: no such file.' })
  await t.rejects(inspector.cluster(), { code: 'datastore-unavailable', message: 'The datastore does not answer: refused.' })
})

t.test('a problem of the driver is passed on as it is', async t => {
  const problem = new Problem('datastore-unavailable', { params: { reason: 'gone' } })
  const inspector = inspect({ shards: async () => { throw problem } })

  await t.rejects(inspector.shards(), { message: 'The datastore does not answer: gone.' })
})

t.test('no reason holds a credential', async t => {
  const secrets = [
    'cannot reach postgres://admin:hunter2@db.example:5432/app',
    'cannot reach redis://:hunter2@db.example',
    'bad connection string "host=db password=hunter2 user=x"',
    "option password: 'hunter2' was refused",
    'api_key=hunter2&x=1',
    'DB_PASSWORD=hunter2',
    'sslpassword=hunter2',
    'access_token=hunter2',
    'cannot reach redis://:p/hunter2@h',
    'cannot reach postgres://u:p@hunter2/w@host/db',
    'mongodb://u:hunter2@h1,mongodb://u:hunter2@h2',
    '{"password": "secret hunter2"}',
    'Authorization: Bearer hunter2',
    '{"authorization":"Bearer hunter2"}',
    'first line\nAuthorization: Bearer hunter2'
  ]
  for (const message of secrets) {
    const told: unknown[] = []
    const log: Logger = { ...silentLogger, warn: fields => { told.push(fields) } }
    const inspector = inspect({
      shards: async () => { throw new Error(message) },
      cluster: async () => { throw new Problem('datastore-unavailable', { params: { reason: message } }) },
      node: async () => ({ ...healthy, status: 'UNAVAILABLE', statusReason: message })
    }, { log })

    const asked = [inspector.shards(), inspector.cluster()]
    const said = asked.map(async each => String(await each.catch((error: unknown) => error)))
    const [shards, cluster] = await Promise.all(said)
    t.match(shards, /The datastore does not answer/)
    t.notMatch(shards, /hunter2/, message)
    t.notMatch(cluster, /hunter2/, message)
    t.notMatch((await inspector.node()).statusReason, /hunter2/, message)
    t.notMatch(JSON.stringify(told), /hunter2/, message)
  }
})

t.test('an ordinary sentence stays as it is', async t => {
  const inspector = inspect({ shards: async () => { throw new Error('the file /srv/app.db is no database: token expected, mail a@b') } })

  await t.rejects(inspector.shards(), { message: /the file \/srv\/app\.db is no database: token expected, mail a@b/ })
})

t.test('equal questions at the same time are one call, later ones another', async t => {
  let calls = 0
  const inspector = inspect({ shards: async () => { calls++; return [] } })

  const [first, second] = await Promise.all([inspector.shards(), inspector.shards(), inspector.version()])
  t.equal(first, second)
  t.equal(calls, 1)
  await inspector.shards()
  t.equal(calls, 2)
})

t.test('a node that fails keeps the name it was last known by', async t => {
  let up = true
  const inspector = inspect({ node: async () => { if (up) return healthy; throw new Error('down') } })

  t.match(await inspector.node(), { id: 'n1', status: 'HEALTHY' })
  up = false
  t.same(await inspector.node(), {
    id: 'n1', addresses: { client: 'db:1' }, attributes: {}, status: 'UNAVAILABLE', statusReason: 'The datastore does not answer: down.'
  })
})

t.test('the log is told of the first failure and of the recovery, not of every poll', async t => {
  const told: string[] = []
  let up = false
  const log: Logger = { ...silentLogger, warn: (_, message) => { told.push(`warn ${message}`) }, info: (_, message) => { told.push(`info ${message}`) } }
  const inspector = inspect({ shards: async () => { if (up) return []; throw new Error('down') } }, { log })

  await t.rejects(inspector.shards())
  await t.rejects(inspector.shards())
  up = true
  await inspector.shards()
  await inspector.shards()

  t.same(told, ['warn the datastore does not answer', 'info the datastore answers again'])
})
