import type { JsonObject, JsonValue } from '../../domain/json.js'
import type { KindContext } from '../../domain/kind.js'
import type { Connections } from './connections.js'
import type { Session } from './session.js'

/**
 * The server's views of what a statement has done so far: https://www.postgresql.org/docs/15/progress-reporting.html.
 * What a view of vacuum or analyze does not say, the name of the command, stands beside it.
 */
const views = {
  vacuum: { view: 'pg_stat_progress_vacuum', command: 'VACUUM' },
  rewrite: { view: 'pg_stat_progress_cluster', command: 'VACUUM FULL' },
  analyze: { view: 'pg_stat_progress_analyze', command: 'ANALYZE' },
  index: { view: 'pg_stat_progress_create_index', command: 'REINDEX' }
} as const

/** Names of the views that a statement may be seen in. */
export type ProgressView = keyof typeof views

/** Work in a session that is watched. */
export interface WatchedWork<T> {
  readonly session: Session
  readonly work: () => Promise<T>
  /** Asks for the progress: the session itself is busy. */
  readonly connections: Connections
  readonly views: readonly ProgressView[]
  readonly context: Pick<KindContext, 'progress' | 'sleep'>
}

/** Between two looks at the progress. */
const pollMs = 500

/** After so many reports the time between two doubles: a day has some six hundred. */
const reportsAtOnePace = 50

/**
 * Does work in a session to its end, and reports its progress where it has changed: the fields of the server's view,
 * the relations by name; and, while it waits for a lock, the process ids of those in its way.
 * @throws PostgresqlError; what the work or reporting throws
 */
export async function watched<T> ({ session, work, connections, views, context }: WatchedWork<T>): Promise<T> {
  const names = await relationNames(session)
  const state = { over: false }
  const running = work().finally(() => { state.over = true })
  const settled = running.then(() => {}, () => {})
  let last = ''
  for (let reports = 0, pause = pollMs; !state.over;) {
    await Promise.race([settled, context.sleep(pause)])
    if (state.over) break
    // A server that does not answer now is the matter of the work.
    const news = await askProgress(connections, { pid: session.pid, views, names }).catch(() => null)
    const text = JSON.stringify(news)
    if (news === null || text === last) continue
    last = text
    await context.progress(news)
    if (++reports % reportsAtOnePace === 0) pause *= 2
  }
  return await running
}

interface ProgressRow {
  readonly progress: JsonObject | null
  readonly blocked_by: number[] | null
}

/** As JSON, since the columns differ between versions. */
async function askProgress ({ query }: Connections, { pid, views: wanted, names }:
{ pid: number, views: readonly ProgressView[], names: RelationNames }): Promise<JsonObject | null> {
  const seen = wanted.map(name => views[name]).map(({ view, command }) =>
    `select pid, jsonb_build_object('command', '${command}') || to_jsonb(p) as progress from ${view} p`)
  const [row] = await query<ProgressRow & Record<string, unknown>>(`
    select progress, case when wait_event_type = 'Lock' then to_jsonb(pg_blocking_pids(pid)) end as blocked_by
    from pg_stat_activity left join (${seen.join(' union all ')}) as seen using (pid) where pid = $1`, [pid])
  if (row === undefined || (row.progress === null && row.blocked_by === null)) return null
  return {
    ...describe(row.progress ?? { phase: 'waiting for a lock' }, names),
    ...row.blocked_by === null ? {} : { blocked_by: row.blocked_by }
  }
}

/** Whose process and which database it is the action knows; relations are told by name. */
function describe (progress: JsonObject, names: RelationNames): JsonObject {
  const fields = Object.entries(progress).filter(([key]) => !known.has(key))
  return Object.fromEntries(fields.map(([key, value]): [string, JsonValue] => {
    if (!key.endsWith('relid')) return [key, value]
    return [key === 'relid' ? 'relation' : key.replace(/_relid$/, ''), names.get(String(value)) ?? null]
  }))
}

const known = new Set(['pid', 'datid', 'datname'])

/** By object id. */
type RelationNames = ReadonlyMap<string, string>

/** The largest relations of the session's database: of smaller ones nobody sees the progress. */
async function relationNames (session: Session): Promise<RelationNames> {
  const rows = await session.query<{ oid: string, name: string }>(`
    select c.oid::text, format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm', 't', 'i', 'I') order by c.relpages desc limit 10000`)
  return new Map(rows.map(({ oid, name }) => [oid, name]))
}
