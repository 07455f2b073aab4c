import type { Test } from 'tap'
import type { Driver } from '../../src/domain/ports/datastore.js'
import { Problem } from '../../src/domain/problem.js'
import { createInspector } from '../../src/info/inspector.js'
import { recordLog } from '../support/log-record.js'

/** What a test can do to a datastore. */
export interface DatastoreSubject {
  readonly driver: Driver
  /** Commits a change to the data. For the ability `commitOffset`. */
  readonly write?: () => void | Promise<void>
  /** Makes the datastore unable to answer, as a crash does. */
  readonly breakIt: () => void | Promise<void>
  /** Makes it able to again, with what it held; resolves when it serves. */
  readonly mendIt: () => void | Promise<void>
  /** Makes it take connections and answer nothing, until `release`. For the ability `hold`. */
  readonly hold?: () => void | Promise<void>
  readonly release?: () => void | Promise<void>
  /** A driver beside it whose credentials are refused, and the secret that must not be seen. For `login`. */
  readonly stranger?: { readonly driver: Driver, readonly secret: string }
}

/**
 * What a driver can do beyond the minimum, beside the datastore as `open` makes it. All are named, so that none is
 * forgotten in silence; what is `false` is checked to be absent, or told as skipped.
 */
export interface DatastoreAbilities {
  /** Shards tell how far they have been written. */
  readonly commitOffset: boolean
  /** Shards tell how far they are behind. */
  readonly lag: boolean
  /** The driver brings `replicante.io/store.stop`. */
  readonly stop: boolean
  /** The datastore is a process that can be held while clients wait. */
  readonly hold: boolean
  /** The datastore asks for credentials. */
  readonly login: boolean
}

/** How a driver takes part in the contract. */
export interface DatastoreParticipant {
  readonly name: string
  readonly abilities: DatastoreAbilities
  /**
   * Makes a datastore and its driver, which has been started; what has to be cleaned up is left to `t.teardown`. A
   * test may be handed the same datastore as the one before, as long as it runs and is well.
   */
  readonly open: (t: Test) => Promise<DatastoreSubject>
}

const highest = 2n ** 63n - 1n
const questions = ['cluster', 'version', 'shards'] as const

/** What every driver promises, told as subtests of `t`. */
export function datastoreContract (t: Test, participant: DatastoreParticipant): void {
  const { name, abilities, open } = participant
  t.test(`${name} keeps the contract of datastores`, async t => {
    describeWell(t, participant)

    t.test('one that does not answer is UNAVAILABLE, and well again as soon as it answers', async t => {
      const { driver: { datastore }, breakIt, mendIt } = await open(t)
      const rolesById = async (): Promise<unknown> => (await datastore.shards()).map(({ id, role }) => ({ id, role }))
      const [node, roles] = [await datastore.node(), await rolesById()]

      await breakIt()
      await isDown(t, { datastore, id: node.id })

      await mendIt()
      t.match(await datastore.node(), { id: node.id, status: 'HEALTHY', statusReason: null })
      t.same(await rolesById(), roles)
    })

    const noHold = lacks('hold', abilities)
    t.test('one that takes connections and does not answer is UNAVAILABLE too', { skip: noHold }, async t => {
      const { driver: { datastore }, hold, release } = await open(t)
      const { id } = await datastore.node()

      await hold?.()
      t.teardown(async () => { await release?.() })
      await isDown(t, { datastore, id })

      await release?.()
      t.match(await datastore.node(), { id, status: 'HEALTHY' })
    })

    const noLogin = lacks('login', abilities)
    t.test('refused credentials make it UNAVAILABLE, and are not shown', { skip: noLogin }, async t => {
      const { stranger } = await open(t)
      if (stranger === undefined) return t.fail('the subject has no stranger')
      const { driver: { datastore }, secret } = stranger
      const { log, lines } = recordLog()
      const agent = { number: '1.0.0', checkout: 'unknown', taint: 'not tainted' }
      const inspector = createInspector({ datastore, agent, timeoutMs: 30_000, log })

      const node = await inspector.node()
      const answers = await Promise.all(questions.map(question =>
        inspector[question]().catch((error: Error) => error.message)))

      t.match(node, { status: 'UNAVAILABLE', statusReason: /./ })
      t.equal(answers.length, questions.length)
      for (const answer of answers) t.match(answer, /does not answer/)
      t.notOk(`${JSON.stringify(node)}${answers.join('')}${lines().join('')}`.includes(secret), 'the secret is not seen')
    })

    t.test('start and close may come twice, and start does not mind a datastore that is down', async t => {
      const { driver: { datastore }, breakIt, mendIt } = await open(t)

      await breakIt()
      await datastore.start()
      await datastore.start()
      t.equal((await datastore.node()).status, 'UNAVAILABLE')
      await datastore.close()
      await datastore.close()
      await mendIt()
    })

    t.test('it brings kinds with names of their own, and can stop if it says so', async t => {
      const { driver: { kinds, stop } } = await open(t)

      const names = [...kinds, ...stop === null ? [] : [stop]].map(kind => kind.kind)
      t.equal(new Set(names).size, names.length)
      t.equal(stop?.kind, abilities.stop ? 'replicante.io/store.stop' : undefined)
    })
  })
}

function describeWell (t: Test, { abilities, open }: DatastoreParticipant): void {
  t.test('a node that is well says who it is', async t => {
    const { driver: { datastore } } = await open(t)

    const [node, cluster, version] = [await datastore.node(), await datastore.cluster(), await datastore.version()]

    t.match(node, { id: /./, status: 'HEALTHY', statusReason: null })
    for (const value of Object.values(node.attributes)) {
      t.ok(value === null || ['boolean', 'number', 'string'].includes(typeof value), String(value))
    }
    t.match(cluster.id, /./)
    t.match(version.number, /^\d+\.\d+/)
    const again = await datastore.node()
    t.same({ ...again, attributes: {} }, { ...node, attributes: {} }, 'and says the same again')
    t.same(Object.keys(again.attributes), Object.keys(node.attributes))
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

  t.test('a commit moves the offset on', { skip: lacks('commitOffset', abilities) }, async t => {
    const { driver: { datastore }, write } = await open(t)
    const [before] = await datastore.shards()

    await write?.()

    const [after] = await datastore.shards()
    t.ok((after?.commitOffset?.value ?? 0n) > (before?.commitOffset?.value ?? highest))
  })
}

/** Why a test is skipped; `false` when it is not. */
function lacks (ability: keyof DatastoreAbilities, abilities: DatastoreAbilities): string | false {
  return abilities[ability] ? false : `the driver declares that it lacks: ${ability}`
}

/** It says so itself, and everything else is refused with a reason. */
async function isDown (t: Test, { datastore, id }: { datastore: Driver['datastore'], id: string }): Promise<void> {
  t.match(await datastore.node(), { id, status: 'UNAVAILABLE', statusReason: /./ })
  for (const ask of questions) {
    const error = await datastore[ask]().then(() => null, (error: unknown) => error)
    t.ok(error instanceof Problem, String(error))
    t.equal((error as Problem).code, 'datastore-unavailable')
  }
}
