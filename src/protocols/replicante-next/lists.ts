import type { ActionSummary } from '../../domain/action.js'
import { finalStates } from '../../domain/lifecycle.js'
import type { ActionState } from '../../domain/lifecycle.js'
import { collectPages } from '../../domain/page.js'
import type { Order } from '../../domain/page.js'
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
export async function listFinished (source: ListSource): Promise<ActionSummary[]> {
  return (await collect(source, finalStates, 'desc')).reverse()
}

/**
 * What runs and what waits, together in the order of scheduling. Core takes an action that it does not find for lost:
 * so what waits is read before what runs, which shows an action twice that starts in between, instead of not at all;
 * and where there are more than the list holds, what runs has its place before what waits.
 */
export async function listQueue (source: ListSource): Promise<ActionSummary[]> {
  const waiting = await collect(source, ['NEW'], 'asc')
  const running = await collect(source, ['RUNNING'], 'asc')
  const started = new Set(running.map(({ seq }) => seq))
  const shown = [...running, ...waiting.filter(({ seq }) => !started.has(seq))].slice(0, listLimit)
  return shown.sort((a, b) => a.seq - b.seq)
}

async function collect (source: ListSource, states: readonly ActionState[], order: Order): Promise<ActionSummary[]> {
  const { scheduler, listed } = source
  const filter = { states, ...(listed === null ? {} : { protocols: listed }) }
  return await collectPages(scheduler.list, { filter, order, limit: listLimit })
}
