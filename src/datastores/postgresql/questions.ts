import type { AttributeValue, DatastoreVersion } from '../../domain/info.js'
import type { Shard } from '../../domain/shard.js'
import { formatInstant } from '../../rfc3339.js'
import type { Connections } from './connections.js'

// One round trip for each question. A role needs no more than LOGIN; what a role without pg_monitor may not see is
// null, and said below. Everything else here is open to everybody, on a primary and on a standby.

/** What a server says of itself. */
export interface NodeFacts {
  readonly systemIdentifier: string
  readonly port: number
  /** A sentence when it is not well, else null. */
  readonly unhealthy: string | null
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** Asks a server how it is. @throws PostgresqlError */
export async function askNode ({ query }: Connections): Promise<NodeFacts> {
  const row = await single(query<NodeRow>(nodeSql))
  const { port, started, has_primary: hasPrimary, receiver_exists: hasReceiver, ...attributes } = row
  const { in_recovery: inRecovery, wal_receiver_status: status } = row
  return {
    systemIdentifier: row.system_identifier,
    port,
    unhealthy: inRecovery && hasPrimary === true ? unfollowing({ hasReceiver, status }) : null,
    attributes: { ...attributes, started_ts: formatInstant(started.getTime()) }
  }
}

interface NodeRow {
  readonly system_identifier: string
  readonly port: number
  readonly started: Date
  readonly in_recovery: boolean
  readonly timeline: number
  readonly data_checksums: boolean
  readonly connections: number
  readonly max_connections: number
  readonly replication_connections: number
  readonly replay_paused: boolean | null
  readonly wal_receiver_status: string | null
  readonly receiver_exists: boolean
  readonly has_primary: boolean | null
  readonly restart_pending: boolean
  readonly oldest_transaction_age: number
}

/**
 * Needs pg_monitor (pg_read_all_stats): the receiver's status and timeline; and (pg_read_all_settings): whether there
 * is a primary_conninfo, whose text may hold a password and never leaves the server. After a promotion the control
 * file shows the new timeline only at the next checkpoint, the name of the current WAL file at once.
 */
const nodeSql = `
  select
    system_identifier::text,
    current_setting('port')::int as port,
    pg_postmaster_start_time() as started,
    in_recovery,
    case when in_recovery then coalesce(receiver.received_tli, (select timeline_id from pg_control_checkpoint()))
      else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int end as timeline,
    current_setting('data_checksums')::boolean as data_checksums,
    (select sum(numbackends)::int from pg_stat_database) as connections,
    current_setting('max_connections')::int as max_connections,
    (select count(*)::int from pg_stat_replication) as replication_connections,
    case when in_recovery then pg_is_wal_replay_paused() end as replay_paused,
    receiver.status as wal_receiver_status,
    receiver.pid is not null as receiver_exists,
    (select setting <> '' from pg_settings where name = 'primary_conninfo') as has_primary,
    exists (select from pg_settings where pending_restart) as restart_pending,
    (select max(age(datfrozenxid))::int from pg_database) as oldest_transaction_age
  from pg_control_system()
  cross join (select pg_is_in_recovery() as in_recovery) as recovery
  left join pg_stat_wal_receiver as receiver on true`

/** A sentence when a standby that has a primary does not stream from it, else null. */
function unfollowing ({ hasReceiver, status }: { hasReceiver: boolean, status: string | null }): string | null {
  if (status === 'streaming') return null
  return hasReceiver
    ? `The standby does not stream from its primary: its receiver is ${status ?? 'not to be seen'}.`
    : 'The standby does not stream from its primary: it cannot connect to it, or the primary is down.'
}

/** What a server says of its cluster. */
export interface ClusterFacts {
  readonly systemIdentifier: string
  /** Its setting `cluster_name`; null when that is empty. */
  readonly name: string | null
}

/** Asks a server which cluster it is of. @throws PostgresqlError */
export async function askCluster ({ query }: Connections): Promise<ClusterFacts> {
  return await single(query<ClusterFacts & Record<string, unknown>>(`
    select system_identifier::text as "systemIdentifier", nullif(current_setting('cluster_name'), '') as name
    from pg_control_system()`))
}

/** Asks a server for its version: `15.18`, and what a distribution has added. @throws PostgresqlError */
export async function askVersion ({ query }: Connections): Promise<DatastoreVersion> {
  const { version } = await single(query<{ version: string }>("select current_setting('server_version') as version"))
  const [, number = version, extra = ''] = /^(\d+(?:\.\d+)*)\s*(.*)$/.exec(version) ?? []
  return { number, checkout: null, extra: extra === '' ? null : extra }
}

/** Asks a server for its one shard: all its databases share one log. @throws PostgresqlError */
export async function askShard ({ query }: Connections): Promise<Shard> {
  const row = await single(query<ShardRow>(shardSql))
  return {
    id: shardId,
    role: row.in_recovery ? 'secondary' : 'primary',
    commitOffset: row.position === null ? null : { value: BigInt(row.position), unit: { unit: 'offset' } },
    lag: row.lag_seconds === null ? null : { value: BigInt(row.lag_seconds), unit: 'seconds' }
  }
}

/** The same on every node: `cluster_name` may differ between a primary and its standby. */
const shardId = 'cluster'

interface ShardRow {
  readonly in_recovery: boolean
  readonly position: string | null
  readonly lag_seconds: string | null
}

/**
 * The position is the log's (LSN) as a number: flushed on a primary, replayed on a standby. The lag is by the server's
 * clock. A commit's age is no lag while nothing else has come, hence the receiver is looked at first; without
 * pg_monitor its status is not to be seen, and whether a standby that has replayed everything lags is not known.
 */
const shardSql = `
  select
    in_recovery,
    (case when in_recovery then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end - '0/0'::pg_lsn)::text
      as position,
    case
      when not in_recovery then null
      when receiver.pid is not null and pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()
        and coalesce(receiver.status, 'streaming') = 'streaming'
        then case when receiver.status is not null then 0 end
      else (select greatest(0, floor(extract(epoch from clock_timestamp() - at)))
        from (select pg_last_xact_replay_timestamp() as at) as last where at is not null)
    end::bigint as lag_seconds
  from (select pg_is_in_recovery() as in_recovery) as recovery
  left join pg_stat_wal_receiver as receiver on true`

async function single<Row> (rows: Promise<Row[]>): Promise<Row> {
  const [row] = await rows
  if (row === undefined) throw new Error('The server has answered without a row.')
  return row
}
