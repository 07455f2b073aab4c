import { formatHostPort } from '../../server-login.js'
import type { RedisConnection, SendOptions } from './connection.js'
import { isSet, numberOf, parseClusterNodes, parseInfo, type ClusterPlace, type Info } from './info-text.js'
import { RedisTrouble } from './trouble.js'

/** What a server says of itself at one moment. */
export interface ServerState {
  readonly info: Info
  /** Null when it is not in cluster mode. */
  readonly cluster: ClusterState | null
}

/** What a server in cluster mode says of the cluster. */
export interface ClusterState extends ClusterPlace {
  /** `ok`, or `fail`: it serves nothing. */
  readonly state: string
}

/**
 * The answer of INFO.
 * @throws RedisTrouble, also where that is no Redis server, or a Sentinel; the signal's reason once it is aborted
 */
export async function readInfo (connection: RedisConnection, options: SendOptions = {}): Promise<Info> {
  const info = parseInfo(String(await askInfo(connection, options)))
  refuseOthers(info, connection.address)
  return info
}

/** A kept connection may have been lost since it was used last: what a new one comes to is what counts. */
async function askInfo (connection: RedisConnection, options: SendOptions): Promise<unknown> {
  try {
    return await connection.send(['INFO'], options)
  } catch (error) {
    if (!(error instanceof RedisTrouble && error.variant === 'CONNECTION_LOST')) throw error
    return await connection.send(['INFO'], options)
  }
}

/**
 * Asks a server how it is, within the limit.
 * @throws RedisTrouble also where it answers and cannot serve, since it is loading its data
 */
export async function readState (connection: RedisConnection, limitMs: number): Promise<ServerState> {
  const left = startCountdown(limitMs)
  const info = await readInfo(connection, { limitMs })
  refuseLoading(info, connection.address)
  if (!isSet(info, 'cluster_enabled')) return { info, cluster: null }
  const options = { limitMs: left() }
  const [nodes, cluster] = await Promise.all([
    connection.send(['CLUSTER', 'NODES'], options),
    connection.send(['CLUSTER', 'INFO'], options)
  ])
  const place = parseClusterNodes(String(nodes))
  if (place === null) {
    throw new RedisTrouble(`Redis at ${connection.address} does not find itself in its cluster`, { variant: 'CLUSTER', unavailable: true })
  }
  return { info, cluster: { ...place, state: parseInfo(String(cluster)).get('cluster_state') ?? 'unknown' } }
}

/** Tells how many milliseconds are left of the limit; at least one. */
export function startCountdown (limitMs: number): () => number {
  const end = performance.now() + limitMs
  return () => Math.max(1, end - performance.now())
}

/** Where the primary of a replica is; null on a primary. */
export function primaryOf (info: Info): { readonly host: string, readonly port: number } | null {
  const host = info.get('master_host')
  const port = numberOf(info, 'master_port')
  return info.get('role') !== 'slave' || host === undefined || port === null ? null : { host, port }
}

/** The same as a text. */
export function primaryAddressOf (info: Info): string | null {
  const primary = primaryOf(info)
  return primary === null ? null : formatHostPort(primary)
}

/** What is no Redis server is neither described nor told to do anything: a Sentinel would obey SHUTDOWN. */
function refuseOthers (info: Info, address: string): void {
  if (info.get('redis_mode') === 'sentinel') {
    throw new RedisTrouble(`Redis at ${address} is a Sentinel, not a server: name the port of the server`, {
      variant: 'SENTINEL', unavailable: false
    })
  }
  if (info.has('redis_version') && info.has('run_id')) return
  throw new RedisTrouble(`What answers at ${address} is no Redis server: its INFO has no redis_version and run_id`, {
    variant: 'NO_REDIS', unavailable: false
  })
}

function refuseLoading (info: Info, address: string): void {
  if (!isSet(info, 'loading')) return
  const done = info.get('loading_loaded_perc')
  throw new RedisTrouble(`Redis at ${address} is loading its data${done === undefined ? '' : ` (${Math.floor(Number(done))} %)`}`, {
    variant: 'LOADING', unavailable: true
  })
}
