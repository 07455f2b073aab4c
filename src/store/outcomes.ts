import type Database from 'better-sqlite3'
import type { Action } from '../domain/action.js'
import type { OutcomeBatch, OutcomeQuery } from '../domain/ports/store.js'
import type { EventReads } from './events.js'
import { actionColumns, prepareRows, toAction } from './rows.js'

/** Characters of arguments and payloads after which a batch ends. */
const batchLength = 1024 * 1024

/** Prepares the reads of collected outcomes. By hand, as those of events: a batch has to end by its size. */
export function createOutcomes (
  database: Database.Database, { lastEvent, pruned }: Pick<EventReads, 'lastEvent' | 'pruned'>
): (query: OutcomeQuery) => OutcomeBatch {
  const ended = prepareRows<[string, number, number]>(database, `
    select ${actionColumns('a')} from outcome o left join action a on a.seq = o.action_seq
    where o.collector = ? and o.transition_seq > ? order by o.transition_seq limit ?`)

  return ({ collector, after, limit }) => {
    const newest = lastEvent()
    const known = after !== null && after <= newest
    const actions: Action[] = []
    let length = 0
    let next = known ? after : 0
    let more = false
    // One beyond the limit tells whether there are more.
    for (const row of ended.iterate(collector, next, limit + 1)) {
      if (actions.length === limit || length > batchLength) {
        more = true
        break
      }
      actions.push(toAction(row))
      // Nothing moves what is final: its newest transition is the one that ended it.
      next = row.lastTransition
      length += row.args.length + (row.statePayload?.length ?? 0)
    }
    return { actions, more, next: more ? next : newest, gap: after !== null && (!known || after < pruned()) }
  }
}
