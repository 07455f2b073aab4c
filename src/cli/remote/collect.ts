import type { ActionSummary, ListFilter, StewardClient } from '../../client/model.js'
import { matchesGlob } from '../../glob.js'

/** Which actions are wanted. */
export interface ListWish {
  /** What the agent filters by. */
  readonly filter: Omit<ListFilter, 'limit' | 'cursor' | 'kind'>
  /** A kind, or a glob of kinds; absent: any. */
  readonly kind?: string | undefined
  /** At most so many; null: all. */
  readonly limit: number | null
}

/** Some actions, and whether there are more that fit. */
export interface Collected {
  readonly actions: readonly ActionSummary[]
  readonly more: boolean
}

/** The most that the agent gives in one page. */
const pageLimit = 1000

/** The actions that are wanted, page after page. The agent knows kinds by their whole names: globs are matched here. */
export async function collect (client: StewardClient, wish: ListWish, signal: AbortSignal): Promise<Collected> {
  const { filter, kind, limit } = wish
  const isGlob = kind?.includes('*') ?? false
  const pageSize = limit === null || isGlob ? pageLimit : Math.min(limit + 1, pageLimit)
  const list = client.list({ ...filter, ...kind === undefined || isGlob ? {} : { kind }, limit: pageSize }, { signal })
  const actions: ActionSummary[] = []
  for await (const action of list) {
    if (kind !== undefined && !matchesGlob(kind, action.kind)) continue
    if (actions.length === limit) return { actions, more: true }
    actions.push(action)
  }
  return { actions, more: false }
}
