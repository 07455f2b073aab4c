import type { ActionSummary } from '../../domain/action.js'
import { finalStates } from '../../domain/lifecycle.js'
import { collectPages } from '../../domain/page.js'
import type { ActionFilter, Order } from '../../domain/page.js'
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
export async function listFinished (source: ListSource): Promise<ActionSummary[]> {
  return await read(source, { states: finalStates }, 'desc')
}

/**
 * What runs and what waits, each oldest first. Core takes an action that is in neither list for lost, so what waits is
 * read before what runs: an action that starts in between is then seen twice, and shown once, but never missed.
 */
export async function listQueue (source: ListSource): Promise<ActionSummary[]> {
  const waiting = await read(source, { states: ['NEW'] }, 'asc')
  const running = await read(source, { states: ['RUNNING'] }, 'asc')
  const started = new Set(running.map(({ seq }) => seq))
  return [...running, ...waiting.filter(({ seq }) => !started.has(seq))].slice(0, listLimit)
}

async function read ({ scheduler, listed }: ListSource, filter: ActionFilter, order: Order): Promise<ActionSummary[]> {
  const wanted = listed === null ? filter : { ...filter, protocols: listed }
  return await collectPages(scheduler.list, { filter: wanted, order, limit: listLimit })
}
