import { resolve } from 'node:path'
import type { Config, DatastoreSettings } from './config/config.js'
import type { Clock } from './domain/clock.js'
import type { Logger } from './domain/log.js'
import type { Driver, NodeSettings } from './domain/ports/datastore.js'
import type { CommandRunner } from './domain/ports/process.js'
import type { Supervisor } from './domain/ports/supervisor.js'
import { createJobRunner } from './process/jobs.js'
import { formatHostPort } from './server-login.js'

/** What drivers are handed. */
export interface DriverParts {
  readonly clock: Clock
  readonly log: Logger
  readonly run: CommandRunner
  /** Who starts and stops the datastore; null when nobody is configured. */
  readonly supervisor: Supervisor | null
}

/** What the composition root knows of one kind of datastore. */
interface DriverEntry {
  create (settings: { datastore: DatastoreSettings, node: NodeSettings }, parts: DriverParts): Promise<Driver>
  /** Where the datastore is, for the person who starts the agent. */
  where (datastore: DatastoreSettings): string
  /** An action to begin with: what it does, and its kind. */
  readonly trial: { readonly says: string, readonly kind: string }
}

/**
 * The datastore drivers, by the name in the configuration. A new one is a folder and an entry here. Each is imported
 * when it is made: an agent loads the client library of its own datastore, and no other.
 */
const drivers: Record<DatastoreSettings['kind'], DriverEntry> = {
  sqlite: {
    async create ({ datastore: { path, backup_dir: backupDir }, node }, { log }) {
      const { createSqliteDriver } = await import('./datastores/sqlite/driver.js')
      return createSqliteDriver({ ...node, path, backupDir }, { jobs: createJobRunner(), log })
    },
    where: ({ path }) => path,
    trial: { says: 'back the datastore up', kind: 'sqlite.steward/backup' }
  },
  postgresql: {
    async create ({ datastore: { postgresql: settings, backup_dir: backupDir }, node }, parts) {
      const { createPostgresqlDriver } = await import('./datastores/postgresql/driver.js')
      return createPostgresqlDriver({ settings, node, backupDir: resolve(backupDir) }, parts)
    },
    where: ({ postgresql }) => formatHostPort(postgresql),
    trial: { says: 'back the datastore up', kind: 'postgresql.steward/base-backup' }
  },
  redis: {
    async create ({ datastore: { redis: settings }, node }, { log }) {
      const { createRedisDriver } = await import('./datastores/redis/driver.js')
      return createRedisDriver({ settings, node }, { log })
    },
    where: ({ redis }) => formatHostPort(redis),
    trial: { says: 'save the data set to disk', kind: 'redis.steward/save' }
  },
  zookeeper: {
    async create ({ datastore: { zookeeper: settings }, node }) {
      const { createZookeeperDriver } = await import('./datastores/zookeeper/driver.js')
      return createZookeeperDriver({ settings, node })
    },
    where: ({ zookeeper }) => formatHostPort(zookeeper),
    trial: { says: 'try an action', kind: 'agent.replicante.io/test.ping' }
  }
}

/** Makes the driver of the configured datastore. Touches nothing until it is started or asked. */
export async function createDriver ({ datastore, node: { address } }: Config, parts: DriverParts): Promise<Driver> {
  const node: NodeSettings = {
    nodeId: datastore.node_id,
    clusterId: datastore.cluster_id,
    clusterDisplayName: datastore.cluster_display_name_override,
    addresses: address,
    timeoutMs: datastore.timeout_seconds * 1000
  }
  return await drivers[datastore.kind].create({ datastore, node }, parts)
}

/** The configured datastore, for the person who starts the agent, and an action to begin with. */
export function introduceDatastore ({ datastore }: Config): { readonly name: string, readonly trial: DriverEntry['trial'] } {
  const { where, trial } = drivers[datastore.kind]
  return { name: `${datastore.kind} ${where(datastore)}`, trial }
}
