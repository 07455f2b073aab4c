import { and, eq, gte, lt, sql, type SQL } from 'drizzle-orm'
import { shownErrorLength } from '../domain/failure.js'
import type { ActionFilter } from '../domain/page.js'
import { actionTable } from './schema.js'

/** Bytes of arguments, headers and payload of one action whose error a search looks into: a page meets thousands. */
export const searchedBytes = 4096

/** What stands between the texts of an action that are searched: a search never holds it. */
const between = sql.raw('char(31)')

const { state, args, headers, statePayload } = actionTable

/**
 * The error of a FAILED action, as lists show it; null where the row is too large to be looked into. A `case` tries its
 * conditions in their order, and lengths are known without reading what is long.
 */
export const searchedError = sql<string | null>`case
  when ${state} = 'FAILED' and octet_length(${args}) + octet_length(${headers}) + octet_length(${statePayload}) <= ${sql.raw(String(searchedBytes))}
    and json_valid(${statePayload}) and json_type(${statePayload}, '$.error') = 'text'
  then substr(${statePayload} ->> '$.error', 1, ${sql.raw(String(shownErrorLength))}) end`.as('searched_error')

/**
 * The part of a filter that no index serves, on the columns of a subquery; undefined where there is none. A search
 * needs `searchedError` among them.
 */
export function matchesOf ({ kind, lane, requester, since, until, search }: ActionFilter): SQL | undefined {
  return and(
    kind === undefined ? undefined : eq(column('kind'), kind),
    lane === undefined ? undefined : eq(column('lane'), lane),
    requester === undefined ? undefined : eq(column('requester'), requester),
    since === undefined ? undefined : gte(column('scheduled_at'), since),
    until === undefined ? undefined : lt(column('scheduled_at'), until),
    search === undefined ? undefined : holds(search)
  )
}

/** `like` would take a second where text and search are much alike: it goes by characters (measured: 800 ms). */
function holds (search: string): SQL {
  const texts = ['id', 'kind', 'lane', 'requester', 'principal', 'searched_error'].map(column)
  return sql`instr(lower(concat_ws(${between}, ${sql.join(texts, sql.raw(', '))})), lower(${search})) > 0`
}

function column (name: string): SQL {
  return sql.raw(`"${name}"`)
}
