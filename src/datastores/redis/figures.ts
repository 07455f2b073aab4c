import type { AttributeValue, DatastoreVersion, NodeInfo } from '../../domain/info.js'
import type { Offset, Shard, ShardRole } from '../../domain/shard.js'
import { formatInstant } from '../../rfc3339.js'
import { exactOf, isSet, numberOf, type Info } from './info-text.js'
import { primaryAddressOf, type ServerState } from './server-state.js'

const unit = { unit: 'offset' } as const

/** What a server calls itself: its node id in cluster mode, which it keeps; else the id of its run. */
export function ownIdOf ({ info, cluster }: ServerState): string {
  return cluster?.id ?? info.get('run_id') ?? 'unknown'
}

/** How the node is, and why. */
export function statusOf ({ info, cluster }: ServerState): Pick<NodeInfo, 'status' | 'statusReason'> {
  if (cluster !== null && cluster.knownNodes === 1 && cluster.slots.length === 0) {
    return { status: 'NOT_IN_CLUSTER', statusReason: 'it is in cluster mode, knows no other node and has no slots' }
  }
  const troubles = [linkTrouble(info), ...persistenceTroubles(info)]
  if (cluster !== null && cluster.state !== 'ok') troubles.push(`the cluster is not served (cluster_state ${cluster.state})`)
  const reasons = troubles.filter(trouble => trouble !== null)
  if (reasons.length === 0) return { status: 'HEALTHY', statusReason: null }
  return { status: 'UNHEALTHY', statusReason: reasons.join('; ') }
}

/** The server's figures that operators look at. The names are always the same. */
export function attributesOf ({ info }: ServerState): Record<string, AttributeValue> {
  const savedAt = numberOf(info, 'rdb_last_save_time')
  return {
    aof_enabled: isSet(info, 'aof_enabled'),
    connected_clients: numberOf(info, 'connected_clients'),
    connected_replicas: numberOf(info, 'connected_slaves'),
    link_status: info.get('master_link_status') ?? null,
    maxmemory_bytes: numberOf(info, 'maxmemory'),
    mode: info.get('redis_mode') ?? null,
    primary: primaryAddressOf(info),
    rdb_last_save_status: info.get('rdb_last_bgsave_status') ?? null,
    rdb_last_save_time: savedAt === null ? null : formatInstant(savedAt * 1000),
    role: info.get('role') === 'slave' ? 'replica' : 'primary',
    uptime_seconds: numberOf(info, 'uptime_in_seconds'),
    used_memory_bytes: numberOf(info, 'used_memory')
  }
}

/** The version of the software. Valkey tells its own beside that of the Redis that it is compatible with. */
export function versionOf ({ info }: ServerState): DatastoreVersion {
  const redis = info.get('redis_version') ?? 'unknown'
  const commit = info.get('redis_git_sha1')
  const checkout = commit === undefined || /^0+$/.test(commit) ? null : commit
  const valkey = info.get('valkey_version')
  if (valkey !== undefined) return { number: valkey, checkout, extra: `Valkey, compatible with Redis ${redis}` }
  return { number: redis, checkout, extra: null }
}

/**
 * The one shard of a server: all of its data, or in cluster mode the slots that its primary has; null when that has
 * none. A primary counts its offset from when the first replica has come, or is loaded with its data.
 */
export function shardOf ({ info, cluster }: ServerState, lag: bigint | null): Shard | null {
  if (cluster !== null && cluster.slots.length === 0) return null
  const offset = exactOf(info, info.get('role') === 'slave' ? 'slave_repl_offset' : 'master_repl_offset')
  return {
    id: cluster === null ? 'data' : cluster.slots.join(','),
    role: roleOf(info),
    commitOffset: asOffset(offset),
    lag: asOffset(lag)
  }
}

function asOffset (value: bigint | null): Offset | null {
  return value === null ? null : { value, unit }
}

function roleOf (info: Info): ShardRole {
  if (info.get('role') !== 'slave') return 'primary'
  return isSet(info, 'master_sync_in_progress') || isSet(info, 'async_loading') ? 'recovering' : 'secondary'
}

function linkTrouble (info: Info): string | null {
  const primary = primaryAddressOf(info)
  if (primary === null || info.get('master_link_status') === 'up') return null
  if (isSet(info, 'master_sync_in_progress')) return `it is copying the data of its primary ${primary}`
  const seconds = numberOf(info, 'master_link_down_since_seconds')
  const since = seconds === null || seconds < 0 ? 'has not been up yet' : `has been down for ${seconds} s`
  return `the link to its primary ${primary} ${since}`
}

function persistenceTroubles (info: Info): (string | null)[] {
  return [
    info.get('rdb_last_bgsave_status') === 'err' ? 'the last save of the RDB file has failed' : null,
    info.get('aof_last_write_status') === 'err' ? 'the last write of the append only file has failed' : null
  ]
}
