import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { KindContext } from '../../../domain/kind.js'
import type { Connections } from '../connections.js'
import { applicationNameOf } from '../programs.js'
import type { Programs, ServerAddress } from '../programs.js'
import { refusal } from '../refusal.js'

type Queries = Pick<Connections, 'query'>

/**
 * Makes sure that a server can be cloned: it is a primary, of the version of the programs here, and has no tablespaces
 * of its own: their paths would be those of the primary here too.
 * @throws PostgresqlError when it is not; the signal's reason
 */
export async function requireClonable ({ primary, programs, signal }:
{ primary: Queries, programs: Programs, signal: AbortSignal }): Promise<void> {
  const [row] = await primary.query<{ standby: boolean, major: number, tablespaces: boolean }>(`
    select pg_is_in_recovery() as standby, current_setting('server_version_num')::int / 10000 as major,
      exists (select 1 from pg_tablespace where spcname not in ('pg_default', 'pg_global')) as tablespaces`)
  if (row === undefined) return
  if (row.standby) throw refusal('The server to clone is a standby itself. Name the primary, or promote that server first.')
  if (row.tablespaces) throw refusal('The server to clone has tablespaces of its own, which cannot be cloned. Do it by hand.')
  const { stdout } = await programs.run('pg_basebackup', { args: ['--version'], signal })
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1])
  if (major === row.major) return
  throw refusal(`The server to clone is PostgreSQL ${row.major}, and the programs here are of version ${major}. Correct bin_dir.`)
}

/** What a node's own server says of the server that it follows. */
interface Receiver {
  readonly standby: boolean
  readonly streams: boolean
  readonly host: string | null
  readonly port: number | null
}

/**
 * Why the server does not stream from the primary; null when it does. It is asked itself, and needs pg_monitor to say
 * whom it follows.
 * @throws PostgresqlError when it cannot be asked
 */
export async function whyNotStreaming (server: Queries, primary: ServerAddress): Promise<string | null> {
  const [row] = await server.query<Receiver>(`
    select pg_is_in_recovery() as standby, coalesce(r.status = 'streaming', false) as streams,
      r.sender_host as host, r.sender_port as port
    from (select) as one left join pg_stat_wal_receiver r on true`)
  if (row === undefined || !row.standby) return 'It is no standby.'
  if (!row.streams) return 'It is a standby that receives nothing.'
  if (row.host === primary.host && row.port === primary.port) return null
  return `It is a standby that follows ${row.host ?? 'an unknown server'}, port ${row.port ?? 'unknown'}.`
}

/**
 * Takes the name of the action's connection out of the settings that pg_basebackup has written for the standby: the
 * standby goes by its `cluster_name`, as others do, and is not mistaken for a copy. Where it is to use no slot, it must
 * not look for the one that the primary used when it was a standby itself: its settings have come with the clone.
 * @throws PostgresqlError when the settings are not what they are expected to be
 */
export async function tidyStandbySettings ({ clone, action, slot }:
{ clone: string, action: KindContext['action'], slot: string | null }): Promise<void> {
  const path = join(clone, 'postgresql.auto.conf')
  // The folder belongs to another user, who must not lead the agent elsewhere.
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    const text = await file.readFile('utf8')
    const tidy = text.replaceAll(` application_name=''${applicationNameOf(action)}''`, '')
    if (tidy === text) throw refusal(`The settings that pg_basebackup wrote to ${path} are not what was expected.`)
    await file.truncate(0)
    await file.write(slot === null ? `${tidy.trimEnd()}\nprimary_slot_name = ''\n` : tidy, 0)
    await file.sync()
  } finally {
    await file.close()
  }
}
