import type { ActionSummary } from '../../domain/action.js'
import { finalStates } from '../../domain/lifecycle.js'
import { collectPages, collectUnfinished } from '../../domain/page.js'
import type { ActionFilter } from '../../domain/page.js'
import type { Scheduler } from '../../domain/ports/scheduler.js'

/** How many actions a list of this dialect shows. */
export const listLimit = 100

/** Where lists come from. */
export interface ListSource {
  readonly scheduler: Pick<Scheduler, 'list'>
  /** The protocols whose actions are listed; null for all. */
  readonly listed: readonly string[] | null
}

/** The newest finished actions, in the order of scheduling, newest first. */
export async function listFinished ({ scheduler, listed }: ListSource): Promise<ActionSummary[]> {
  const filter = { ...filterOf(listed), states: finalStates }
  return await collectPages(scheduler.list, { filter, order: 'desc', limit: listLimit })
}

/** What runs and what waits, each oldest first. */
export async function listQueue ({ scheduler, listed }: ListSource): Promise<ActionSummary[]> {
  return await collectUnfinished(scheduler.list, { filter: filterOf(listed), limit: listLimit })
}

function filterOf (listed: ListSource['listed']): ActionFilter {
  return listed === null ? {} : { protocols: listed }
}
