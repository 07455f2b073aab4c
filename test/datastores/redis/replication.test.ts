import t from 'tap'
import type { JsonObject } from '../../../src/domain/json.js'
import type { Problem } from '../../../src/domain/problem.js'
import type { Shard } from '../../../src/domain/shard.js'
import { createRegistry } from '../../../src/kinds/registry.js'
import { eventually } from '../../support/eventually.js'
import { addKeys, linked, noRedis, startRedis, type RedisServer } from '../../support/redis.js'
import { startLinkProxy } from './link-proxy.js'
import { openSubject, type RedisSubject } from './support.js'

if (noRedis !== false) t.plan(0, noRedis)
else suites()

function suites (): void {
  t.test('offsets grow with writes; lag grows while replication is held, and shrinks afterwards', async t => {
    const primary = await startRedis(t)
    const proxy = await startLinkProxy(t, primary.port)
    const replica = await startRedis(t, { replicaOf: proxy })
    await linked(replica)
    const [ofPrimary, ofReplica] = [await openSubject(t, primary.settings), await openSubject(t, replica.settings)]
    const start = (await shardOf(ofPrimary)).commitOffset?.value ?? 0n

    proxy.hold()
    await addKeys(primary, 1000)
    const first = await shardOf(ofReplica)
    await addKeys(primary, 1000)
    const second = await shardOf(ofReplica)
    const end = (await shardOf(ofPrimary)).commitOffset?.value ?? 0n

    t.ok(end - start > 20_000n, `the primary has written ${end - start} bytes`)
    t.equal(String(end), await primary.info('master_repl_offset'))
    t.match([first, second], [{ role: 'secondary', lag: { unit: { unit: 'offset' } } }, { role: 'secondary' }])
    t.ok((first.lag?.value ?? 0n) > 10_000n, `behind by ${first.lag?.value}`)
    t.ok((second.lag?.value ?? 0n) > (first.lag?.value ?? 0n), `then by ${second.lag?.value}`)
    t.match(await ofReplica.run('promote', { args: { only_in_sync: true } }).outcome, {
      state: 'FAILED',
      payload: { error: /bytes behind its primary .* left a replica/, variant: 'NOT_IN_SYNC', link: 'up', lag: /^\d{5,}$/ }
    })

    proxy.release()
    await eventually('it has caught up', async () => (await shardOf(ofReplica)).lag?.value === 0n)
    t.equal((await shardOf(ofReplica)).commitOffset?.value, BigInt(await primary.info('master_repl_offset') ?? 0))
    t.match((await ofPrimary.driver.datastore.node()).attributes, { role: 'primary', connected_replicas: 1, link_status: null })
    t.match((await ofReplica.driver.datastore.node()).attributes, {
      role: 'replica', link_status: 'up', primary: `127.0.0.1:${proxy.port}`
    })
  })

  t.test('a replica whose primary is gone is UNHEALTHY, tells no lag, and can be promoted', async t => {
    const { primary, replica, ofReplica } = await startPair()
    const { datastore } = ofReplica.driver

    await primary.crash()
    await eventually('the link is down', async () => (await datastore.node()).status === 'UNHEALTHY')
    t.match(await datastore.node(), {
      statusReason: /the link to its primary 127\.0\.0\.1:\d+ has been down for \d+ s/, attributes: { link_status: 'down' }
    })
    t.match(await shardOf(ofReplica), { role: 'secondary', lag: null, commitOffset: { value: /^\d+$/ } })
    t.match(await ofReplica.run('promote', { args: { only_in_sync: true } }).outcome, {
      state: 'FAILED', payload: { error: /is down, so the server was left a replica/, variant: 'NOT_IN_SYNC' }
    })

    t.match(await ofReplica.run('promote').outcome, {
      state: 'DONE', payload: { role: 'primary', previous_primary: `127.0.0.1:${primary.port}`, link: 'down', lag: null }
    })
    t.match(await datastore.node(), { status: 'HEALTHY', attributes: { role: 'primary' } })
    t.equal(await replica.cli('set', 'a', '1'), 'OK')
  })

  t.test('promote and replica-of swap the roles of two servers, and nothing is lost', async t => {
    const { primary, replica, ofPrimary, ofReplica } = await startPair()
    await addKeys(primary, 1000)
    await eventually('it has caught up', async () => (await shardOf(ofReplica)).lag?.value === 0n)

    t.match(await ofReplica.run('promote', { args: { only_in_sync: true } }).outcome, {
      state: 'DONE', payload: { role: 'primary', link: 'up', lag: '0' }
    })
    const follow = { args: { host: '127.0.0.1', port: replica.port } }
    t.match(await ofPrimary.run('replica-of', follow).outcome, {
      state: 'DONE', payload: { primary: `127.0.0.1:${replica.port}`, link: 'up' }
    })

    t.match([await shardOf(ofPrimary), await shardOf(ofReplica)], [{ role: 'secondary' }, { role: 'primary', lag: null }])
    await replica.cli('set', 'after', '1')
    await eventually('it follows', async () => await primary.cli('get', 'after') === '1')
    t.equal(await primary.cli('dbsize'), '1001')
    t.match(await ofPrimary.run('replica-of', follow).outcome, { state: 'DONE', payload: { message: /already/ } })
    t.match(await ofReplica.run('promote').outcome, { state: 'DONE', payload: { message: /is a primary already/ } })
  })

  t.test('a copy of the data is told as it goes on, and the node is recovering meanwhile', async t => {
    const primary = await startRedis(t)
    await addKeys(primary, 10_000)
    await primary.cli('config', 'set', 'rdb-key-save-delay', '100')
    const { driver: { datastore }, run } = await openSubject(t, (await startRedis(t)).settings)
    const { outcome, reported, onReport } = run('replica-of', { args: { host: '127.0.0.1', port: primary.port } })
    const seen: unknown[] = []
    onReport(async payload => {
      if ((payload as JsonObject)['stage'] !== 'copy' || seen.length > 0) return
      seen.push(await datastore.node(), ...await datastore.shards())
    })

    t.match(await outcome, { state: 'DONE', payload: { link: 'up', bytes_done: Number } })

    t.match(seen, [{ status: 'UNHEALTHY', statusReason: /copying the data of its primary/ }, { role: 'recovering', lag: null }])
    const copied = reported.flatMap(payload => (payload as JsonObject)['stage'] === 'copy' ? [Number((payload as JsonObject)['bytes_done'])] : [])
    t.ok(copied.length > 2 && (copied.at(-1) ?? 0) > 10_000, copied.join(' '))
    t.same(copied, copied.toSorted((a, b) => a - b))
  })

  t.test('replica-of gives up on a primary that cannot be reached, and says what remains', async t => {
    const lone = await startRedis(t)
    const { run } = await openSubject(t, lone.settings)
    const gone = await startRedis(t)
    await gone.stop()
    const args = { host: '127.0.0.1', port: gone.port, timeout_seconds: 1 }

    t.match(await run('replica-of', { args }).outcome, {
      state: 'FAILED',
      payload: {
        error: /has not come up.*remains configured as its replica/,
        variant: 'LINK_DOWN',
        reason: 'timeout',
        layers: ['master_link_status: down', /master_link_down_since_seconds/],
        stage: 'connect'
      }
    })
    t.equal(await lone.info('master_port'), String(gone.port))

    const { outcome, onReport, abort } = run('replica-of', { args })
    onReport(() => { abort('cancelled') })
    await t.rejects(outcome, 'cancelled')

    const overruled = run('replica-of', { args })
    overruled.onReport(async () => { await lone.cli('replicaof', 'no', 'one') })
    t.match(await overruled.outcome, { state: 'FAILED', payload: { error: /told the server otherwise.*a primary now/ } })
  })

  t.test('replica-of refuses the server itself, whatever it is called, and changes nothing', async t => {
    const server = await startRedis(t)
    const { run } = await openSubject(t, server.settings)

    for (const host of ['127.0.0.1', 'localhost']) {
      t.match(await run('replica-of', { args: { host, port: server.port } }).outcome, {
        state: 'FAILED', payload: { error: /is the server itself/, variant: 'ITSELF' }
      })
    }
    t.equal(await server.info('role'), 'master')
  })

  t.test('the servers that may be followed can be limited, and have to be where the agent has a password', async t => {
    const password = 'fair-winds'
    const server = await startRedis(t, { password })
    const other = { host: '127.0.0.1', port: server.port + 1 }
    const unlimited = await openSubject(t, server.settings)
    t.match(await unlimited.run('replica-of', { args: other }).outcome, {
      state: 'FAILED', payload: { error: /datastore\.redis\.primaries/, variant: 'NOT_ALLOWED' }
    })
    t.equal(await server.info('role'), 'master')

    const { driver } = await openSubject(t, { ...server.settings, primaries: ['redis-1:6379', '[::1]:7000'] })
    const registry = createRegistry(driver.kinds)
    const check = (args: JsonObject): void => registry.check('redis.steward/replica-of', args)
    t.doesNotThrow(() => check({ host: 'redis-1', port: 6379 }))
    t.doesNotThrow(() => check({ host: '::1', port: 7000 }))
    for (const args of [other, { host: 'redis-1', port: 7000 }]) {
      const refused = t.throws(() => check(args), { code: 'invalid-args' }) as Problem
      t.match(refused.errors.at(-1), { pointer: '/args', detail: /one of datastore\.redis\.primaries: redis-1:6379/ })
    }
  })

  t.test('in cluster mode both say which command it takes', async t => {
    const { run } = await openSubject(t, (await startRedis(t, { args: ['--cluster-enabled', 'yes', '--cluster-port', '0'] })).settings)

    t.match(await run('promote').outcome, { state: 'FAILED', payload: { error: /CLUSTER FAILOVER/, variant: 'CLUSTER' } })
    t.match(await run('replica-of', { args: { host: '127.0.0.1', port: 1 } }).outcome, {
      state: 'FAILED', payload: { error: /CLUSTER REPLICATE/, variant: 'CLUSTER' }
    })
  })

  t.test('a server that is killed while it copies fails the action', async t => {
    const primary = await startRedis(t)
    await addKeys(primary, 10_000)
    await primary.cli('config', 'set', 'rdb-key-save-delay', '1000')
    const replica = await startRedis(t)
    const { run } = await openSubject(t, replica.settings)
    const { outcome, onReport } = run('replica-of', { args: { host: '127.0.0.1', port: primary.port } })
    onReport(replica.crash)

    t.match(await outcome, { state: 'FAILED', payload: { reason: 'unavailable', layers: [/./] } })
  })
}

interface Pair {
  readonly primary: RedisServer
  readonly replica: RedisServer
  readonly ofPrimary: RedisSubject
  readonly ofReplica: RedisSubject
}

/** A primary and its replica, with a password, and a driver beside each. The end of the file ends them. */
async function startPair (): Promise<Pair> {
  const password = 'correct-horse'
  const primary = await startRedis(t, { password })
  const replica = await startRedis(t, { password, replicaOf: primary })
  await linked(replica)
  const primaries = [primary, replica].map(({ port }) => `127.0.0.1:${port}`)
  const open = async ({ settings }: RedisServer) => await openSubject(t, { ...settings, primaries })
  return { primary, replica, ofPrimary: await open(primary), ofReplica: await open(replica) }
}

async function shardOf ({ driver }: RedisSubject): Promise<Shard> {
  const [shard] = await driver.datastore.shards()
  if (shard === undefined) throw new Error('There is no shard.')
  return shard
}
