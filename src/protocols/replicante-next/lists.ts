import type { ActionSummary } from '../../domain/action.js'
import { finalStates } from '../../domain/lifecycle.js'
import { collectPages, collectUnfinished } from '../../domain/page.js'
import type { ActionFilter } from '../../domain/page.js'
import type { Scheduler } from '../../domain/ports/scheduler.js'

/** How many actions a list of this dialect shows. */
export const listLimit = 50

/** Where lists come from. */
export interface ListSource {
  readonly scheduler: Pick<Scheduler, 'list'>
  /** The protocols whose actions are listed; null for all. */
  readonly listed: readonly string[] | null
}

/** The newest finished actions, in the order of scheduling: the oldest of them first. */
export async function listFinished ({ scheduler, listed }: ListSource): Promise<ActionSummary[]> {
  const filter = { ...filterOf(listed), states: finalStates }
  return (await collectPages(scheduler.list, { filter, order: 'desc', limit: listLimit })).reverse()
}

/** What runs and what waits, together in the order of scheduling. What runs always has its place. */
export async function listQueue ({ scheduler, listed }: ListSource): Promise<ActionSummary[]> {
  const shown = await collectUnfinished(scheduler.list, { filter: filterOf(listed), limit: listLimit })
  return shown.sort((a, b) => a.seq - b.seq)
}

function filterOf (listed: ListSource['listed']): ActionFilter {
  return listed === null ? {} : { protocols: listed }
}
