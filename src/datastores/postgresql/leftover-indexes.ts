import type { Session } from './session.js'

/** What was reindexed, by object id or by name; null where it is another. */
export interface ReindexScope {
  readonly table: string | null
  readonly index: string | null
  readonly schema: string | null
}

/**
 * The indexes that a concurrent reindexing has left in the scope when it was broken off: invalid ones whose names end
 * as https://www.postgresql.org/docs/15/sql-reindex.html#SQL-REINDEX-CONCURRENTLY says. They cost writes and space, and
 * serve no query. The names have their schemas, and are quoted.
 */
export async function findLeftovers (session: Session, { table, index, schema }: ReindexScope): Promise<string[]> {
  const rows = await session.query<{ name: string }>(`
    with tables as (
      select oid, reltoastrelid from pg_class
      where oid = $1 or oid in (select relid from pg_partition_tree($1))
        or oid in (select indrelid from pg_index where indexrelid = $2)
        or oid in (select indrelid from pg_index where indexrelid in (select relid from pg_partition_tree($2)))
        or relnamespace = (select oid from pg_namespace where nspname = $3)
    )
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where not i.indisvalid and c.relkind = 'i' and c.relname ~ '_cc(new|old)[0-9]*$'
      and i.indrelid in (select oid from tables union all select reltoastrelid from tables)
    order by 1 limit 1000`, [table, index, schema])
  return rows.map(({ name }) => name)
}

/** Drops them. One that another session is just making is waited for, and is no leftover then. */
export async function dropLeftovers (session: Session, scope: ReindexScope): Promise<string[]> {
  const names = await findLeftovers(session, scope)
  for (const name of names) await session.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
  return names
}
