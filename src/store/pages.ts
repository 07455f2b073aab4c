import { and, asc, desc, eq, gt, inArray, lt, sql, type SQL } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { ActionSummary } from '../domain/action.js'
import { actionStates, isFinal, type ActionState } from '../domain/lifecycle.js'
import type { ActionFilter, Order, Page, PageQuery } from '../domain/page.js'
import { Problem } from '../domain/problem.js'
import { listName, makeCursor, readCursor } from './cursors.js'
import { matchesOf, searchedError } from './matches.js'
import { summaryColumns, toSummary, type SummaryRow } from './rows.js'
import { actionTable, storeTable } from './schema.js'

/** Rows that one page looks at, at most. A page that meets more ends there, short, with a cursor. */
export const examinedLimit = 10_000

/** The same of a search, which costs more for each: some 30 ms at the most. */
export const searchedLimit = 5000

/** What pages are read with. */
export interface PageSource {
  readonly reads: BetterSQLite3Database
  readonly storeId: string
  /** Every protocol that any action came through. */
  readonly protocols: ReadonlySet<string>
  /** The numbers of what runs. */
  readonly running: () => readonly number[]
}

/** A part of a list that one index gives in order: the actions of a state and a protocol, or all of them. */
interface Stream {
  readonly state?: ActionState
  readonly protocol?: string
}

/** What one stream gave: its first matches, and the place where its examination ended early. */
interface Stretch {
  readonly rows: readonly SummaryRow[]
  readonly frontier: number | null
}

/**
 * One page, by keyset: the work does not depend on how many actions there are, nor on how far down the page is. A list
 * of several states or protocols is merged from one index range each.
 */
export function readPage (source: PageSource, query: PageQuery): Page<ActionSummary> {
  const { reads, storeId, protocols, running } = source
  const { filter, order, limit, cursor } = query
  const list = listName(filter, order)
  const after = cursor === undefined ? null : readCursor(cursor, storeId, list)
  const streams = streamsOf(filter, protocols)
  const examined = filter.search === undefined ? examinedLimit : searchedLimit
  const each = Math.ceil(examined / Math.max(1, streams.length))
  const stretch = { running, filter, order, after, limit: limit + 1, each }
  const stretches = streams.map(stream => readStretch(reads, { ...stretch, stream }))

  const direction = order === 'asc' ? 1 : -1
  const frontier = nearest(stretches.map(stretch => stretch.frontier), direction)
  const rows = stretches.flatMap(stretch => stretch.rows)
    .filter(row => frontier === null || (row.seq - frontier) * direction <= 0)
    .sort((a, b) => (a.seq - b.seq) * direction)
  const items = rows.slice(0, limit).map(toSummary)
  const place = rows.length > limit ? items.at(-1)!.seq : frontier
  return {
    items,
    next: place === null ? null : makeCursor(storeId, list, place),
    gap: after !== null && isPastTheEdge(reads, { after, order })
  }
}

/** A page that ends earlier: with the last of these, which are its first items, and its cursor goes on from there. */
export function cutPage<T extends ActionSummary> (page: Page<ActionSummary>, cut: {
  readonly items: readonly T[]
  readonly storeId: string
  readonly query: PageQuery
}): Page<T> {
  const { items, storeId, query: { filter, order } } = cut
  const last = items.at(-1)
  if (last === undefined || items.length === page.items.length) return { ...page, items }
  return { ...page, items, next: makeCursor(storeId, listName(filter, order), last.seq) }
}

/** Which index ranges a filter needs. Without states and protocols it is the table itself. */
function streamsOf (filter: ActionFilter, known: ReadonlySet<string>): Stream[] {
  if (filter.states === undefined && filter.protocols === undefined) return [{}]
  const states = filter.states ?? actionStates
  const protocols = [...known].filter(protocol => filter.protocols?.includes(protocol) ?? true)
  return [...new Set(states)].flatMap(state => protocols.map(protocol => ({ state, protocol })))
}

interface StretchQuery {
  readonly stream: Stream
  readonly running: PageSource['running']
  readonly filter: ActionFilter
  readonly order: Order
  readonly after: number | null
  readonly limit: number
  /** How many rows may be looked at. */
  readonly each: number
}

function readStretch (reads: BetterSQLite3Database, query: StretchQuery): Stretch {
  const { stream, running, filter, order, after, limit, each } = query
  const { seq, protocol } = actionTable
  const inOrder = order === 'asc' ? asc(seq) : desc(seq)
  const range = and(
    stream.state === undefined ? undefined : rangeOf(stream.state, running),
    stream.protocol === undefined ? undefined : eq(protocol, stream.protocol),
    after === null ? undefined : order === 'asc' ? gt(seq, after) : lt(seq, after)
  )
  const matches = matchesOf(filter)
  if (matches === undefined) {
    const rows = reads.select(summaryColumns).from(actionTable).where(range).orderBy(inOrder).limit(limit).all()
    return { rows, frontier: null }
  }
  // The inner limit bounds what is looked at; SQLite does not flatten a subquery that has one.
  const columns = filter.search === undefined ? summaryColumns : { ...summaryColumns, searchedError }
  const looked = reads.select(columns).from(actionTable).where(range).orderBy(inOrder).limit(each).as('looked')
  const again = order === 'asc' ? asc(looked.seq) : desc(looked.seq)
  const rows = reads.select().from(looked).where(matches).orderBy(again).limit(limit).all()
  const last = reads.select({ seq }).from(actionTable).where(range).orderBy(inOrder).limit(1).offset(each - 1).get()
  return { rows, frontier: last?.seq ?? null }
}

/**
 * The actions of a state, in the words of the index that has them: a partial one is not found by a parameter. Only what
 * runs has none: it is a handful, whose numbers are known.
 */
function rangeOf (state: ActionState, running: PageSource['running']): SQL | undefined {
  if (isFinal(state)) return sql.raw(`state = '${state}' and finished_at is not null`)
  if (state === 'NEW') return sql.raw("state = 'NEW' and finished_at is null")
  return and(inArray(actionTable.seq, [...running()]), eq(actionTable.state, state))
}

/** The place that is reached first when going in the direction; null when there is none. */
function nearest (places: ReadonlyArray<number | null>, direction: 1 | -1): number | null {
  const real = places.filter(place => place !== null)
  if (real.length === 0) return null
  return direction === 1 ? Math.min(...real) : Math.max(...real)
}

/**
 * Whether actions that the cursor would have led to have been pruned.
 * @throws Problem `cursor-gone` when the store never came as far as the cursor: it was put back to an earlier time
 */
function isPastTheEdge (reads: BetterSQLite3Database, { after, order }: { after: number, order: Order }): boolean {
  const pruned = reads.select({ seq: storeTable.prunedAction }).from(storeTable).get()?.seq ?? 0
  const newest = reads.get<{ seq: number | null }>(sql`select max(seq) as seq from action`)
  if (after > Math.max(newest?.seq ?? 0, pruned)) throw new Problem('cursor-gone')
  return order === 'asc' ? after < pruned : after <= pruned + 1
}
