import { createRedisDriver } from '../../../src/datastores/redis/driver.js'
import type { RedisSettings } from '../../../src/datastores/redis/settings.js'
import type { ActionKind, Outcome } from '../../../src/domain/kind.js'
import { silentLogger, type Logger } from '../../../src/domain/log.js'
import type { Driver, NodeSettings } from '../../../src/domain/ports/datastore.js'
import type { Teardown } from '../../support/engine.js'
import { createKindContext, type FakeKindContext, type FakeRun } from '../../support/kind-context.js'

/** A started driver, and its kinds by their short names. */
export interface RedisSubject {
  readonly driver: Driver
  /** The driver's kind of that short name: `save`; `stop` is `replicante.io/store.stop`. */
  kind (name: string): ActionKind
  /** Begins a run of a kind. */
  run (name: string, run?: FakeRun): FakeKindContext & { readonly outcome: Promise<Outcome> }
}

interface SubjectOptions extends Partial<NodeSettings> {
  readonly log?: Logger
}

/** Starts a driver; the test's end closes it. */
export async function openSubject (t: Teardown, settings: RedisSettings, options: SubjectOptions = {}):
Promise<RedisSubject> {
  const { log = silentLogger, ...differing } = options
  const usual = { nodeId: null, clusterId: null, clusterDisplayName: null, addresses: {}, timeoutMs: 20_000 }
  const driver = createRedisDriver({ settings, node: { ...usual, ...differing } }, { log })
  await driver.datastore.start()
  t.teardown(async () => { await driver.datastore.close() })

  const kind = (name: string): ActionKind => {
    const found = name === 'stop' ? driver.stop : driver.kinds.find(({ kind }) => kind === `redis.steward/${name}`)
    if (found === undefined || found === null) throw new Error(`There is no kind ${name}`)
    return found
  }
  return {
    driver,
    kind,
    run (name, run) {
      const fake = createKindContext(run)
      const outcome = kind(name).run(fake.context)
      // Looked at when the test comes to it.
      outcome.catch(() => {})
      return { ...fake, outcome }
    }
  }
}
