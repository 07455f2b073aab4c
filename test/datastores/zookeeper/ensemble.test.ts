import t, { type Test } from 'tap'
import { askAdmin } from '../../../src/datastores/zookeeper/admin.js'
import { NotServing } from '../../../src/datastores/zookeeper/trouble.js'
import type { Datastore } from '../../../src/domain/ports/datastore.js'
import type { Shard } from '../../../src/domain/shard.js'
import { datastoreContract } from '../../contracts/datastore.js'
import { eventually } from '../../support/eventually.js'
import { noZookeeper, startEnsemble, type ZookeeperServer } from '../../support/zookeeper.js'
import { contractSubject, createSubject } from './support.js'

/** So many leaders that hardly a zxid fits a JavaScript number any more: those do that are multiples of 1,024. */
const epoch = 2_000_000_000

t.test('three ZooKeeper servers in an ensemble', { skip: noZookeeper }, async t => {
  const members = (await startEnsemble(t, 3, { epoch })).map(server => createMember(t, server))

  t.test('one leads, the others follow, each under its number', async t => {
    const { leader, followers } = await roles(members)

    t.same((await Promise.all(members.map(async ({ datastore }) => (await datastore.node()).id))), ['1', '2', '3'])
    t.match(await leader.datastore.node(), { status: 'HEALTHY', attributes: { mode: 'leader' } })
    for (const { datastore } of followers) {
      t.match(await datastore.node(), { status: 'HEALTHY', attributes: { mode: 'follower' } })
    }
  })

  t.test('they agree on the zxid, digit by digit, which grows with every write', async t => {
    const first = await (members[0] as Member).server.write()
    t.ok(first > BigInt(epoch) << 32n, 'it is beyond the numbers of JavaScript')
    await Promise.all(members.map(async each => await holds(each, first)))

    const second = await (members[1] as Member).server.write()

    t.ok(second > first)
    await Promise.all(members.map(async each => await holds(each, second)))
    for (const { server: { settings } } of members) {
      const { datastore } = createSubject(t, { ...settings, four_letter_words: false })
      t.equal((await shardOf(datastore)).commitOffset?.value, second, 'the admin server says the same')
    }
  })

  t.test('a follower', async t => {
    const { followers: [follower] } = await roles(members)
    const { server } = follower as Member
    /** A write through it succeeds only when it follows again. */
    const follows = async (): Promise<void> => { await eventually('it follows again', async () => await server.write()) }
    datastoreContract(t, {
      name: 'zookeeper, a member of an ensemble',
      abilities: { commitOffset: true, lag: false, stop: false, hold: true, login: false },
      open: async t => contractSubject(t, server, follows)
    })
  })

  t.test('the leader is killed: another one leads, and the dead one follows it when it is back', async t => {
    const { leader: old, followers } = await roles(members)
    const before = (await shardOf(old.datastore)).commitOffset?.value ?? 0n

    await old.server.crash()

    t.match(await old.datastore.node(), { id: old.server.id, status: 'UNAVAILABLE', statusReason: /ECONNREFUSED/ })
    const { leader } = await roles(followers)
    const zxid = await eventually('the new leader takes writes', async () => await leader.server.write())
    t.ok(zxid >> 32n > before >> 32n, 'in an epoch of its own')
    await old.server.start()
    t.equal((await roles(members)).leader, leader)
    await holds(old, zxid)
  })

  t.test('two of three are gone: the last one says that it has no quorum, until one of them is back', async t => {
    const { leader, followers: [other, last] } = await roles(members) as Roles & { followers: [Member, Member] }

    await Promise.all([leader, other].map(async ({ server }) => { await server.crash() }))

    const { datastore, server: { id, settings } } = last
    await eventually('it notices', async () => (await datastore.node()).status === 'UNAVAILABLE')
    const statusReason = 'it is not serving: no quorum, or it is still starting'
    t.match(await datastore.node(), { id, status: 'UNAVAILABLE', statusReason })
    for (const ask of [datastore.cluster, datastore.version, datastore.shards]) {
      await t.rejects(async () => { await ask() }, { code: 'datastore-unavailable', message: /not serving: no quorum/ })
    }
    const url = settings.admin_url as string
    await t.rejects(askAdmin({ command: 'server_stats', url, signal: AbortSignal.timeout(10_000) }), new NotServing())
    await other.server.start()
    await roles([other, last])
    t.match(await datastore.node(), { id, status: 'HEALTHY' })
  })
})

t.test('a member that goes on with reads without its quorum is UNHEALTHY', { skip: noZookeeper }, async t => {
  const servers = await startEnsemble(t, 2, { readOnlyMode: true })
  const [left, right] = servers.map(server => createMember(t, server)) as [Member, Member]

  await right.server.crash()

  const { datastore } = left
  const shard = await eventually('it is read-only', async () => {
    const shard = await shardOf(datastore)
    return typeof shard.role === 'object' ? shard : null
  })
  t.match(shard, { role: { other: 'read-only' } })
  t.match(await datastore.node(), {
    id: '1',
    status: 'UNHEALTHY',
    statusReason: 'it has lost its quorum, and serves nothing but reads',
    attributes: { mode: 'read-only', read_only: true }
  })
})

interface Member {
  readonly server: ZookeeperServer
  readonly datastore: Datastore
}

interface Roles {
  readonly leader: Member
  readonly followers: readonly Member[]
}

function createMember (t: Test, server: ZookeeperServer): Member {
  return { server, datastore: createSubject(t, server.settings).datastore }
}

async function shardOf (datastore: Datastore): Promise<Shard> {
  return (await datastore.shards())[0] as Shard
}

/** Who leads and who follows, as soon as there is one leader and all others follow. */
async function roles (members: readonly Member[]): Promise<Roles> {
  return await eventually('one leads, and the others follow', async () => {
    const seen = await Promise.all(members.map(async ({ datastore }) => (await shardOf(datastore)).role))
    const leaders = members.filter((_, index) => seen[index] === 'primary')
    const followers = members.filter((_, index) => seen[index] === 'secondary')
    const [leader] = leaders
    if (leader === undefined || leaders.length > 1 || followers.length < members.length - 1) return null
    return { leader, followers }
  })
}

/** Resolves when the member has come to that transaction, or beyond. */
async function holds ({ datastore }: Member, zxid: bigint): Promise<void> {
  await eventually(`it has come to ${zxid}`, async () => ((await shardOf(datastore)).commitOffset?.value ?? 0n) >= zxid)
}
