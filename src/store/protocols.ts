import { sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { finalStates } from '../domain/lifecycle.js'

/** The protocols in the database, by hops through the indexes: `distinct` would walk all of them. */
export function readProtocols (reads: BetterSQLite3Database): string[] {
  const hops = (where: string): string[] => reads.all<{ protocol: string }>(sql.raw(`
    with recursive hop (protocol) as (
      select min(protocol) from action where ${where}
      union all
      select (select min(protocol) from action where ${where} and protocol > hop.protocol) from hop where hop.protocol is not null
    )
    select protocol from hop where protocol is not null`)).map(row => row.protocol)
  const finished = finalStates.flatMap(state => hops(`state = '${state}' and finished_at is not null`))
  return [...new Set([...finished, ...hops('finished_at is null')])]
}
