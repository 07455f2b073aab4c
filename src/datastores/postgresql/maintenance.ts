import type { KindContext, Outcome } from '../../domain/kind.js'
import type { Connections } from './connections.js'
import { endEarlierRun } from './earlier-run.js'
import { applicationNameOf } from './programs.js'
import { refusal } from './refusal.js'
import type { Session } from './session.js'
import { failedBy } from './trouble.js'

/** What the kinds that are SQL statements work with. */
export interface SqlParts {
  readonly connections: Connections
  /** The database that they work in when the arguments name none. */
  readonly database: string
}

/** Where a kind's statement runs. */
export interface SessionPlace {
  readonly parts: SqlParts
  readonly context: Pick<KindContext, 'action' | 'resumed' | 'signal' | 'sleep'>
  /** Default: that of the settings. */
  readonly database?: string | undefined
}

/** The schema of the argument that names a database. */
export const databaseSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 63,
  description: 'The database to work in. Default: that of the configuration.'
} as const

/** The schema of an argument that names a table or an index. */
export function relationSchema (description: string): object {
  return {
    type: 'string',
    minLength: 1,
    maxLength: 200,
    description: `${description} With or without its schema, and written as in SQL: a name with capital letters is put in double quotes.`
  }
}

/**
 * Does a kind's work in a session of its own. What an interrupted run of the action has left on the server is ended
 * before: two of the same kind would wait for each other.
 * @throws PostgresqlError; the signal's reason
 */
export async function inSession<T> (place: SessionPlace, work: (session: Session) => Promise<T>): Promise<T> {
  const { parts: { connections, database: usual }, context, database = usual } = place
  const applicationName = applicationNameOf(context.action)
  await endEarlierRun(connections, { context, backendType: 'client backend' })
  return await connections.withSession({ applicationName, database, signal: context.signal }, work)
}

/** As `inSession`, for what comes to an outcome: an error of the server's is a failed one. */
export async function performInSession (place: SessionPlace, work: (session: Session) => Promise<Outcome>):
Promise<Outcome> {
  try {
    return await inSession(place, work)
  } catch (error) {
    return failedBy(error)
  }
}

/** What a table or an index is called for certain. */
export interface Relation {
  readonly oid: string
  /** With its schema, quoted. */
  readonly name: string
}

/** Letters of `pg_class.relkind`, of tables and of indexes. */
const relationKinds = { table: 'rpmt', analyzable: 'rpmf', index: 'iI' } as const

/** Finds a relation that the caller has named. @throws PostgresqlError when there is none of that kind */
export async function findRelation (session: Session, { name, kind }:
{ name: string, kind: keyof typeof relationKinds }): Promise<Relation> {
  // The search path counts until the end of the statement, whose own words have their meaning already.
  const [found] = await session.query<{ oid: string, name: string, relkind: string }>(`
    with named as (
      select case when set_config('search_path', $2, true) is not null then to_regclass($1)::oid end as oid
    )
    select c.oid::text, format('%I.%I', n.nspname, c.relname) as name, c.relkind
    from named join pg_class c using (oid) join pg_namespace n on n.oid = c.relnamespace`, [name, session.searchPath])
  if (found !== undefined && relationKinds[kind].includes(found.relkind)) return found
  const what = kind === 'index' ? 'index' : 'table'
  const [row] = await session.query<{ database: string }>('select current_database() as database')
  throw refusal(found === undefined
    ? `There is no ${what} ${name} in the database ${row?.database}. Give its schema where that is not in the search path.`
    : `${name} in the database ${row?.database} is no ${what}.`)
}

/** What the server passed over since the role may not do it: it says so in warnings alone, and goes on. */
export function passedOver ({ warnings }: Session): { readonly count: number, readonly examples: string[] } {
  // The functions that check it: `vacuum_is_relation_owner`, since version 16 `vacuum_is_permitted_for_relation`.
  const messages = warnings.filter(({ routine }) => routine.startsWith('vacuum_is_')).map(({ message }) => message)
  return { count: messages.length, examples: messages.slice(0, 10) }
}

/** The bytes of a table with all that belongs to it; of the session's whole database where there is none. */
export async function sizeOf (session: Session, relation: Relation | null): Promise<number> {
  const [row] = await session.query<{ bytes: string }>(relation === null
    ? 'select pg_database_size(current_database()) as bytes'
    : `select coalesce((select sum(pg_total_relation_size(relid)) from pg_partition_tree(${relation.oid})),
        pg_total_relation_size(${relation.oid})) as bytes`)
  return Number(row?.bytes)
}
