import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ActionSummary } from '../../domain/action.js'
import { finalStates } from '../../domain/lifecycle.js'
import type { ActionFilter, Order } from '../../domain/page.js'
import type { Scheduler } from '../../domain/ports/scheduler.js'

/** How many actions a list of this dialect shows. */
export const listLimit = 100

/** The protocols whose actions Core looks for in these lists. */
const replicanteProtocols = ['replicante-classic', 'replicante-next']

/** Which actions the lists show: those that came through a Replicante dialect, or those of every protocol. */
export type ListScope = 'own' | 'all'

/** Where lists come from. */
export interface ListSource {
  readonly scheduler: Pick<Scheduler, 'list'>
  readonly list: ListScope
}

/** The newest finished actions, in the order of scheduling, newest first. */
export async function listFinished (source: ListSource): Promise<ActionSummary[]> {
  return await read({ source, filter: { states: finalStates }, order: 'desc' })
}

/**
 * What runs and what waits, each oldest first. Core takes an action that is in neither list for lost, so what waits is
 * read before what runs: an action that starts in between is then seen twice, and shown once, but never missed.
 */
export async function listQueue (source: ListSource): Promise<ActionSummary[]> {
  const waiting = await read({ source, filter: { states: ['NEW'] }, order: 'asc' })
  const running = await read({ source, filter: { states: ['RUNNING'] }, order: 'asc' })
  const started = new Set(running.map(({ seq }) => seq))
  return [...running, ...waiting.filter(({ seq }) => !started.has(seq))].slice(0, listLimit)
}

interface Reading {
  readonly source: ListSource
  readonly filter: ActionFilter
  readonly order: Order
}

/** Reads pages until the list is full or ends: one page may be short. Between two the event loop goes on. */
async function read ({ source: { scheduler, list }, filter, order }: Reading): Promise<ActionSummary[]> {
  const query = { filter: list === 'own' ? { ...filter, protocols: replicanteProtocols } : filter, order }
  let { items, next } = scheduler.list({ ...query, limit: listLimit })
  const found = [...items]
  while (next !== null && found.length < listLimit) {
    await nextTurn();
    ({ items, next } = scheduler.list({ ...query, limit: listLimit - found.length, cursor: next }))
    found.push(...items)
  }
  return found
}
