import type { Test } from 'tap'
import type { Driver } from '../../src/domain/ports/datastore.js'
import { Problem } from '../../src/domain/problem.js'

/** A datastore that runs, with the driver beside it and what a test can do to it. */
export interface DatastoreSubject {
  readonly driver: Driver
  /** Commits a change to the data. Needed for the ability `commitOffset`. */
  readonly write?: () => void | Promise<void>
  /** Makes the datastore unable to answer. */
  readonly breakIt: () => void | Promise<void>
  /** Makes it able to again, with what it held. */
  readonly mendIt: () => void | Promise<void>
}

/** What a driver can do beyond the minimum. All are named, so that none is forgotten in silence. */
export interface DatastoreAbilities {
  /** Shards tell how far they have been written. */
  readonly commitOffset: boolean
  /** Shards tell how far they are behind. */
  readonly lag: boolean
  /** The datastore can be stopped. */
  readonly stop: boolean
}

/** How a driver takes part in the contract. */
export interface DatastoreParticipant {
  readonly name: string
  readonly abilities: DatastoreAbilities
  /** Makes a datastore and its driver, which has been started; what has to be cleaned up is left to `t.teardown`. */
  readonly open: (t: Test) => Promise<DatastoreSubject>
}

const highest = 2n ** 63n - 1n

/** What every driver promises, told as subtests of `t`. */
export function datastoreContract (t: Test, { name, abilities, open }: DatastoreParticipant): void {
  t.test(`${name} keeps the contract of datastores`, async t => {
    t.test('a node that is well says who it is', async t => {
      const { driver: { datastore } } = await open(t)

      const [node, cluster, version] = [await datastore.node(), await datastore.cluster(), await datastore.version()]

      t.match(node, { id: /./, status: 'HEALTHY', statusReason: null })
      for (const value of Object.values(node.attributes)) {
        t.ok(value === null || ['boolean', 'number', 'string'].includes(typeof value), String(value))
      }
      t.match(cluster.id, /./)
      t.match(version.number, /^\d+\.\d+/)
      t.same(await datastore.node(), node, 'and says the same again')
    })

    t.test('each shard has a name of its own and legal figures', async t => {
      const { driver: { datastore } } = await open(t)

      const shards = await datastore.shards()

      t.ok(shards.length > 0)
      t.equal(new Set(shards.map(shard => shard.id)).size, shards.length)
      for (const { role, commitOffset, lag } of shards) {
        t.ok(['primary', 'secondary', 'recovering'].includes(role as string) || typeof role === 'object')
        t.equal(commitOffset !== null, abilities.commitOffset)
        t.equal(lag !== null, abilities.lag)
        for (const offset of [commitOffset, lag]) {
          t.ok(offset === null || (offset.value >= -highest - 1n && offset.value <= highest))
        }
      }
    })

    if (abilities.commitOffset) {
      t.test('a commit moves the offset on', async t => {
        const { driver: { datastore }, write } = await open(t)
        const [before] = await datastore.shards()

        await write?.()

        const [after] = await datastore.shards()
        t.ok((after?.commitOffset?.value ?? 0n) > (before?.commitOffset?.value ?? highest))
      })
    }

    t.test('one that does not answer is UNAVAILABLE, and well again as soon as it answers', async t => {
      const { driver: { datastore }, breakIt, mendIt } = await open(t)
      const [node, shards] = [await datastore.node(), await datastore.shards()]

      await breakIt()
      const down = await datastore.node()
      t.match(down, { id: node.id, status: 'UNAVAILABLE', statusReason: /./ })
      for (const ask of ['cluster', 'version', 'shards'] as const) {
        const error = await datastore[ask]().then(() => null, (error: unknown) => error)
        t.ok(error instanceof Problem)
        t.equal((error as Problem).code, 'datastore-unavailable')
      }

      await mendIt()
      t.match(await datastore.node(), { id: node.id, status: 'HEALTHY', statusReason: null })
      t.same(await datastore.shards(), shards)
    })

    t.test('start and close may come twice, and start does not mind a datastore that is down', async t => {
      const { driver: { datastore }, breakIt } = await open(t)

      await breakIt()
      await datastore.start()
      await datastore.start()
      t.equal((await datastore.node()).status, 'UNAVAILABLE')
      await datastore.close()
      await datastore.close()
    })

    t.test('it brings kinds with names of their own, and can stop if it says so', async t => {
      const { driver } = await open(t)

      const names = driver.kinds.map(kind => kind.kind)
      t.equal(new Set(names).size, names.length)
      t.equal(driver.datastore.stop !== undefined, abilities.stop)
    })
  })
}
