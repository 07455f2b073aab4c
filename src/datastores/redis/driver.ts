import type { Logger } from '../../domain/log.js'
import type { Datastore, Driver, NodeSettings } from '../../domain/ports/datastore.js'
import { createConnection } from './connection.js'
import { attributesOf, ownIdOf, shardOf, statusOf, versionOf } from './figures.js'
import { createConfigSetKind, namesSecret } from './kinds/config-set.js'
import { createPromoteKind } from './kinds/promote.js'
import { createReplicaOfKind } from './kinds/replica-of.js'
import { createRewriteAofKind } from './kinds/rewrite-aof.js'
import { createSaveKind } from './kinds/save.js'
import { createStopKind } from './kinds/stop.js'
import { readState, startCountdown, type ServerState } from './server-state.js'
import type { RedisSettings } from './settings.js'
import { asProblem, RedisTrouble } from './trouble.js'
import { createUpstream } from './upstream.js'

/** The part of the time limit after which the driver gives up: what it then says of the server is not cut off. */
const shareOfLimit = 0.9

/** Which server the agent stands beside, and what it is called. */
export interface RedisOptions {
  readonly settings: RedisSettings
  readonly node: NodeSettings
}

interface Dependencies {
  readonly log: Logger
}

/**
 * Makes the driver of one Redis (or Valkey) server. It keeps one connection to it, and beside a replica one to the
 * primary, which tells how far the replica is behind. Touches nothing until it is asked.
 */
export function createRedisDriver (options: RedisOptions, { log }: Dependencies): Driver {
  const { settings, node } = options
  const timeoutMs = node.timeoutMs * shareOfLimit
  const open = () => createConnection({ login: settings, timeoutMs })
  const connection = open()
  const upstream = createUpstream({ login: settings, primaries: settings.primaries, timeoutMs })
  const configSet = createConfigSetKind({ connection, allowed: settings.config_set })

  const read = async (): Promise<ServerState> => {
    try {
      return await readState(connection, timeoutMs)
    } catch (error) {
      throw asProblem(error)
    }
  }

  const identity = createIdentity(node)
  const { clusterId, clusterDisplayName, addresses } = node
  const datastore: Datastore = {
    kind: 'redis',
    async start () {
      const secrets = settings.config_set.filter(namesSecret)
      if (secrets.length > 0) log.warn({ parameters: secrets }, 'redis.steward/config-set never changes a secret: these are not allowed')
    },
    async node () {
      try {
        const state = await readState(connection, timeoutMs)
        return { id: identity.see(state), addresses, ...statusOf(state), attributes: attributesOf(state) }
      } catch (error) {
        if (!(error instanceof RedisTrouble)) throw error
        return { id: identity.last(), addresses, status: 'UNAVAILABLE', statusReason: error.message, attributes: {} }
      }
    },
    async cluster () {
      const id = identity.see(await read())
      return { id: clusterId ?? `redis-${id}`, displayName: clusterDisplayName, attributes: {} }
    },
    version: async () => versionOf(await read()),
    async shards () {
      const left = startCountdown(timeoutMs)
      const state = await read()
      // Half of what is left: a primary that does not answer must not cost this server its answer.
      const shard = shardOf(state, await upstream.lagOf(state.info, left() / 2))
      return shard === null ? [] : [shard]
    },
    async close () {
      connection.close()
      upstream.close()
    }
  }

  return {
    datastore,
    kinds: [
      createSaveKind(connection),
      createRewriteAofKind(connection),
      createReplicaOfKind({ connection, settings }),
      createPromoteKind({ connection, upstream }),
      ...configSet === null ? [] : [configSet]
    ],
    stop: createStopKind({ connection, open })
  }
}

/** The node's id: the configured one, or what the server calls itself, kept while it does not answer. */
function createIdentity ({ nodeId }: NodeSettings): { see (state: ServerState): string, last (): string } {
  let last = nodeId ?? 'unknown'
  return {
    see (state) {
      last = nodeId ?? ownIdOf(state)
      return last
    },
    last: () => last
  }
}
