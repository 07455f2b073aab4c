import type { ActionSummary } from './action.js'
import type { ActionState } from './lifecycle.js'
import type { Instant } from './clock.js'

/** Which way a list goes: by the order of scheduling, oldest first or newest first. */
export type Order = 'asc' | 'desc'

/** What a list shows. An absent filter admits everything. */
export interface ActionFilter {
  readonly states?: readonly ActionState[]
  readonly kind?: string
  readonly lane?: string
  readonly requester?: string
  /** Names of protocols: any of them. */
  readonly protocols?: readonly string[]
  /** Scheduled at this moment or later. */
  readonly since?: Instant
  /** Scheduled before this moment. */
  readonly until?: Instant
  /**
   * A text without control characters that the action has in its id, kind, lane, requester or principal or, where it
   * is FAILED, in its error, as far as lists show that. Letters of ASCII match in either case. Of an action whose
   * arguments, headers and payload are large together, the error is not looked into.
   */
  readonly search?: string
}

/** One page of a list that is asked for. */
export interface PageQuery {
  readonly filter: ActionFilter
  readonly order: Order
  /** 1 to 1,000. */
  readonly limit: number
  /** What an earlier page gave as `next`; absent: the beginning. */
  readonly cursor?: string
}

/**
 * One page of a list. It may be shorter than asked, or empty, and still have a `next`: a page examines a bounded
 * number of rows.
 */
export interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page begins; null at the end. */
  readonly next: string | null
  /** True when actions between the cursor and this page have been pruned. */
  readonly gap: boolean
}

/**
 * The first items of a list, whatever its pages hold: they may be short. Between two pages other work goes on.
 * @param page reads one page
 * @param query what is listed; `limit` counts the items altogether, and is at most 1,000
 */
export async function collectPages<T> (page: (query: PageQuery) => Page<T>, query: PageQuery): Promise<T[]> {
  let { items, next } = page(query)
  const found = [...items]
  while (next !== null && found.length < query.limit) {
    await new Promise<void>(resolve => { setImmediate(resolve) });
    ({ items, next } = page({ ...query, limit: query.limit - found.length, cursor: next }))
    found.push(...items)
  }
  return found
}

/**
 * What runs and what waits, each oldest first, what runs before what waits where there is more than the limit. A caller
 * may take an action that is in no list for lost, so what waits is read before what runs: an action that starts in
 * between is then seen twice, and given once, but never missed.
 */
export async function collectUnfinished (
  page: (query: PageQuery) => Page<ActionSummary>, { filter, limit }: Pick<PageQuery, 'filter' | 'limit'>
): Promise<ActionSummary[]> {
  const read = async (state: ActionState): Promise<ActionSummary[]> => {
    return await collectPages(page, { filter: { ...filter, states: [state] }, order: 'asc', limit })
  }
  const waiting = await read('NEW')
  const running = await read('RUNNING')
  const started = new Set(running.map(({ seq }) => seq))
  return [...running, ...waiting.filter(({ seq }) => !started.has(seq))].slice(0, limit)
}
