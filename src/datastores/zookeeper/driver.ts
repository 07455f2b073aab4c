import { hostname } from 'node:os'
import type { NodeInfo } from '../../domain/info.js'
import type { Datastore, Driver, NodeSettings } from '../../domain/ports/datastore.js'
import { Problem } from '../../domain/problem.js'
import type { Shard, ShardRole } from '../../domain/shard.js'
import { createServer, type ZookeeperServer } from './server.js'
import type { ZookeeperSettings } from './settings.js'
import type { ServerState } from './state.js'
import { ZookeeperTrouble } from './trouble.js'

/** The one shard: every server of an ensemble holds all of its data. */
export const shardId = 'ensemble'

/** The part of the time limit after which the driver gives up: what it then says of the server is not cut off. */
const shareOfLimit = 0.9

/** How to reach the server, and what the configuration says of it. */
export interface ZookeeperOptions {
  readonly settings: ZookeeperSettings
  readonly node: NodeSettings
}

/**
 * Makes the driver of one ZooKeeper server, alone or in an ensemble. It asks with four-letter words and asks the admin
 * server, so it needs no session, no credentials, and no quorum to say that there is none.
 */
export function createZookeeperDriver ({ settings, node }: ZookeeperOptions): Driver {
  const server = createServer({ settings, limitMs: node.timeoutMs * shareOfLimit })
  return {
    datastore: createDatastore({ settings, node, server }),
    kinds: [],
    // No request stops a ZooKeeper server: a signal to its process does, which is a supervisor's work.
    stop: null
  }
}

function createDatastore ({ settings, node, server }: ZookeeperOptions & { server: ZookeeperServer }): Datastore {
  const place = placeOf(settings)
  const { clusterId = null, clusterDisplayName: displayName } = node
  /** What the server calls itself, once it has said so: it goes by that name while it is down, too. */
  let id = node.nodeId
  let known = id !== null

  async function describeNode (): Promise<NodeInfo> {
    try {
      const [state, told] = await Promise.all([server.state(), known ? null : server.id()])
      id = told ?? id ?? place
      known ||= told !== null
      return { id, addresses: node.addresses, ...statusOf(state), attributes: attributesOf(state) }
    } catch (error) {
      // Another server may come in its place.
      known = node.nodeId !== null
      const status = { status: 'UNAVAILABLE', statusReason: reasonOf(error) } as const
      return { id: id ?? 'unknown', addresses: node.addresses, ...status, attributes: {} }
    }
  }

  const state = async (): Promise<ServerState> => await server.state().catch((error: unknown) => {
    throw new Problem('datastore-unavailable', { params: { reason: reasonOf(error) }, cause: error })
  })

  return {
    kind: 'zookeeper',
    async start () {},
    node: describeNode,
    async cluster () {
      await state()
      // ZooKeeper has no name for an ensemble. One made of the server's number would be that of other ensembles too.
      return { id: clusterId ?? `zookeeper-${node.nodeId ?? place}`, displayName, attributes: {} }
    },
    version: async () => (await state()).version,
    shards: async () => [describeShard(await state())],
    async close () { server.close() }
  }
}

/** A name for a server that does not tell its own: that of its machine, and the port. */
function placeOf ({ host, port }: ZookeeperSettings): string {
  return `${['127.0.0.1', '::1', 'localhost'].includes(host) ? hostname() : host}:${port}`
}

/** @throws whatever it is given that is no trouble of the server's: a defect */
function reasonOf (error: unknown): string {
  if (error instanceof ZookeeperTrouble) return error.message
  throw error
}

function statusOf ({ mode }: ServerState): Pick<NodeInfo, 'status' | 'statusReason'> {
  if (mode !== 'read-only') return { status: 'HEALTHY', statusReason: null }
  return { status: 'UNHEALTHY', statusReason: 'it has lost its quorum, and serves nothing but reads' }
}

function attributesOf ({ mode, connections, outstanding, znodes, latency }: ServerState): NodeInfo['attributes'] {
  return {
    mode,
    read_only: mode === 'read-only',
    connections,
    outstanding_requests: outstanding,
    znode_count: znodes,
    latency_min_ms: latency.min,
    latency_avg_ms: latency.avg,
    latency_max_ms: latency.max
  }
}

/** By the mode. What is not here goes by the server's own word. */
const roles: Readonly<Record<string, ShardRole>> = { leader: 'primary', standalone: 'primary', follower: 'secondary' }

function describeShard ({ mode, zxid }: ServerState): Shard {
  return {
    id: shardId,
    role: Object.hasOwn(roles, mode) ? roles[mode]! : { other: mode },
    commitOffset: { value: zxid, unit: { unit: 'zxid' } },
    // A server does not know how far the leader is.
    lag: null
  }
}
