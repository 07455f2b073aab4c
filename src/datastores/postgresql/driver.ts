import type { NodeInfo } from '../../domain/info.js'
import type { ActionKind } from '../../domain/kind.js'
import type { Logger } from '../../domain/log.js'
import type { Datastore, Driver, NodeSettings } from '../../domain/ports/datastore.js'
import type { CommandRunner } from '../../domain/ports/process.js'
import type { Supervisor } from '../../domain/ports/supervisor.js'
import { Problem } from '../../domain/problem.js'
import { createConnections } from './connections.js'
import type { Connections } from './connections.js'
import { createAnalyzeKind } from './kinds/analyze.js'
import { createCheckpointKind } from './kinds/checkpoint.js'
import { createPromoteKind } from './kinds/promote.js'
import { createReindexKind } from './kinds/reindex.js'
import { createReloadKind } from './kinds/reload.js'
import { createTerminateBackendsKind } from './kinds/terminate-backends.js'
import { createVacuumKind } from './kinds/vacuum.js'
import { createProgramKinds } from './program-kinds.js'
import { askCluster, askNode, askShard, askVersion } from './questions.js'
import { reviewSettings } from './review.js'
import type { PostgresqlSettings } from './settings.js'
import { explainTrouble } from './trouble.js'

/** Which server the agent stands beside, and what it is called. */
export interface PostgresqlOptions {
  readonly settings: PostgresqlSettings
  readonly node: NodeSettings
  /** The only folder that base backups are written to. An absolute path. */
  readonly backupDir: string
}

/** What the driver is handed. */
export interface PostgresqlParts {
  readonly log: Logger
  readonly run: CommandRunner
  /** Who starts and stops the server; null when nobody is configured. */
  readonly supervisor: Supervisor | null
}

/** Makes the driver of one PostgreSQL server. Connects when it is asked, and stays in the background when it is not. */
export function createPostgresqlDriver (options: PostgresqlOptions, parts: PostgresqlParts): Driver {
  const { settings, node, backupDir } = options
  const { timeoutMs } = node
  const connections = createConnections({ settings, timeoutMs, log: parts.log })
  const { kinds, stop } = createProgramKinds({ ...parts, settings, backupDir, timeoutMs, connections })
  return {
    datastore: createDatastore(connections, node),
    kinds: [...createKinds({ settings, connections }), ...kinds],
    stop,
    review: async () => await reviewSettings({ settings, backupDir })
  }
}

function createKinds ({ settings, connections }: { settings: PostgresqlOptions['settings'], connections: Connections }): ActionKind[] {
  const sql = { connections, database: settings.database }
  return [
    createReloadKind(sql),
    createCheckpointKind(sql),
    createVacuumKind(sql),
    createAnalyzeKind(sql),
    createReindexKind(sql),
    createPromoteKind(sql),
    createTerminateBackendsKind({ connections })
  ]
}

function createDatastore (connections: Connections, node: NodeSettings): Datastore {
  /** Who it was when it answered last: it is the same while it is down. */
  let lastId: string | null = null

  const describe = async (): Promise<NodeInfo> => {
    const { systemIdentifier, port, unhealthy, attributes } = await askNode(connections)
    lastId = node.nodeId ?? `${systemIdentifier}-${port}`
    return {
      id: lastId,
      status: unhealthy === null ? 'HEALTHY' : 'UNHEALTHY',
      statusReason: unhealthy,
      addresses: node.addresses,
      attributes
    }
  }

  return {
    kind: 'postgresql',
    async start () {},
    close: () => connections.close(),
    async node () {
      try {
        return await describe()
      } catch (error) {
        const { sentence } = explainTrouble(error)
        return {
          id: node.nodeId ?? lastId ?? 'unknown',
          status: 'UNAVAILABLE',
          statusReason: sentence,
          addresses: node.addresses,
          attributes: {}
        }
      }
    },
    async cluster () {
      const { systemIdentifier, name } = await answering(askCluster(connections))
      return {
        id: node.clusterId ?? name ?? systemIdentifier,
        displayName: node.clusterDisplayName ?? name,
        attributes: { system_identifier: systemIdentifier }
      }
    },
    version: () => answering(askVersion(connections)),
    shards: async () => [await answering(askShard(connections))]
  }
}

async function answering<T> (answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    // The problem's own sentence goes on after the reason.
    throw new Problem('datastore-unavailable', { params: { reason: explainTrouble(error).sentence.replace(/\.$/, '') }, cause: error })
  }
}
