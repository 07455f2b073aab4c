import { hostname } from 'node:os'
import t from 'tap'
import type { ZookeeperSettings } from '../../../src/datastores/zookeeper/settings.js'
import { datastoreContract } from '../../contracts/datastore.js'
import { freePorts } from '../../support/free-ports.js'
import { noZookeeper, startZookeeper } from '../../support/zookeeper.js'
import { contractSubject, createSubject } from './support.js'

const expectedAttributes = {
  mode: 'standalone',
  read_only: false,
  connections: Number,
  outstanding_requests: 0,
  znode_count: Number,
  latency_min_ms: Number,
  latency_avg_ms: Number,
  latency_max_ms: Number
}

t.test('a ZooKeeper server that is alone', { skip: noZookeeper }, async t => {
  const server = await startZookeeper(t)

  datastoreContract(t, {
    name: 'zookeeper',
    abilities: { commitOffset: true, lag: false, stop: false, hold: true, login: false },
    open: async t => contractSubject(t, server, server.serves)
  })

  t.test('it tells what the server tells', async t => {
    const { datastore, kinds, stop } = createSubject(t, server.settings)
    const zxid = await server.write()

    t.strictSame(await datastore.shards(), [
      { id: 'ensemble', role: 'primary', commitOffset: { value: zxid, unit: { unit: 'zxid' } }, lag: null }
    ])
    const { id, attributes } = await datastore.node()
    t.equal(id, '0', 'the number of a server that is in no ensemble')
    t.match(attributes, expectedAttributes)
    t.match(await datastore.version(), { number: /^3\.\d+\.\d+$/, extra: /^20\d\d-\d\d-\d\d/ })
    t.same([kinds, stop], [[], null])
  })

  t.test('what the configuration says comes before what the server says', async t => {
    const { datastore } = createSubject(t, server.settings, {
      nodeId: 'zk-a', clusterId: 'locks', clusterDisplayName: 'Locks', addresses: { client: 'zk-a:2181' }
    })

    t.match(await datastore.node(), { id: 'zk-a', addresses: { client: 'zk-a:2181' } })
    t.same(await datastore.cluster(), { id: 'locks', displayName: 'Locks', attributes: {} })
    const unnamed = createSubject(t, server.settings).datastore
    t.equal((await unnamed.cluster()).id, `zookeeper-${hostname()}:${server.settings.port}`)
    const named = createSubject(t, server.settings, { nodeId: 'zk-a' }).datastore
    t.equal((await named.cluster()).id, 'zookeeper-zk-a')
  })

  t.test('one that is down from the beginning has no id yet, unless the configuration has one', async t => {
    const nobody = await nothingListens(server.settings)

    t.match(await createSubject(t, nobody).datastore.node(), {
      id: 'unknown', status: 'UNAVAILABLE', statusReason: /ECONNREFUSED/
    })
    t.match(await createSubject(t, nobody, { nodeId: 'zk-a' }).datastore.node(), { id: 'zk-a', status: 'UNAVAILABLE' })
  })
})

t.test('a ZooKeeper server that allows no word but srvr, as the default is', { skip: noZookeeper }, async t => {
  const { settings, write, crash } = await startZookeeper(t, { whitelist: '' })

  t.test('is asked for its number through the admin server', async t => {
    t.match(await createSubject(t, settings).datastore.node(), { id: '0', status: 'HEALTHY' })
  })

  t.test('goes by the name of the machine where there is no admin server', async t => {
    const url = `http://127.0.0.1:${(await nothingListens(settings)).port}`
    for (const admin of [null, url, `http://127.0.0.1:${settings.port}`]) {
      const { datastore } = createSubject(t, { ...settings, admin_url: admin })
      t.match(await datastore.node(), { id: `${hostname()}:${settings.port}`, status: 'HEALTHY' })
    }
  })

  t.test('does not go by the number of another server of its machine', async t => {
    const other = await startZookeeper(t)

    const { datastore } = createSubject(t, { ...settings, admin_url: other.settings.admin_url })

    t.match(await datastore.node(), { id: `${hostname()}:${settings.port}`, status: 'HEALTHY' })
  })

  t.test('is asked for everything through the admin server, where words are not to be asked', async t => {
    const { datastore } = createSubject(t, { ...settings, four_letter_words: false })
    const zxid = await write()

    t.strictSame(await datastore.shards(), [
      { id: 'ensemble', role: 'primary', commitOffset: { value: zxid, unit: { unit: 'zxid' } }, lag: null }
    ])
    t.match(await datastore.node(), { id: '0', status: 'HEALTHY', attributes: expectedAttributes })
    t.strictSame(await datastore.version(), await createSubject(t, settings).datastore.version())
    const { datastore: deaf } = createSubject(t, { ...settings, four_letter_words: false, admin_url: null })
    t.equal((await deaf.node()).statusReason,
      'datastore.zookeeper.four_letter_words is false, and datastore.zookeeper.admin_url is not set')
  })

  t.test('is down when its port is', async t => {
    const byWord = createSubject(t, settings).datastore
    const byAdmin = createSubject(t, { ...settings, four_letter_words: false }).datastore
    await crash()

    const failed = (place: string | null): object => {
      return { status: 'UNAVAILABLE', statusReason: `the connection to ${place} failed (ECONNREFUSED)` }
    }
    t.match(await byWord.node(), failed(`127.0.0.1:${settings.port}`))
    t.match(await byAdmin.node(), failed(settings.admin_url))
  })
})

/** Settings of a server that does not run. */
async function nothingListens (settings: ZookeeperSettings): Promise<ZookeeperSettings> {
  const [port = 0] = await freePorts(1)
  return { ...settings, port }
}
