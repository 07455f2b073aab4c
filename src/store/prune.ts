import type Database from 'better-sqlite3'
import { finalStates } from '../domain/lifecycle.js'
import type { PruneStep } from '../domain/ports/store.js'

/** What may go: a finished action that is both beyond the newest `keep` and finished before `before`. */
export interface PruneRule {
  readonly keep: number
  readonly before: number
}

/** Takes one step of pruning. */
export type Prune = (rule: PruneRule) => PruneStep

/** Actions and transitions that one step removes, at most: it holds the event loop for some milliseconds. */
const stepLimits = { actions: 200, transitions: 2000 }

/**
 * Prepares pruning. Each step is one entry of a write turn and takes the actions that finished first.
 * @param protocols every protocol that any action came through: with the state they name the index ranges
 */
export function createPrune (database: Database.Database, protocols: ReadonlySet<string>): Prune {
  const oldest = database.prepare<[number, number, number], number>(`
    select seq from action indexed by action_ended
    where finished_at is not null and finished_at < ? and seq <= ? order by finished_at limit ?`).pluck()
  const remove = database.prepare<[number]>('delete from action where seq = ?')
  const extent = database.prepare<[number], { newest: number, count: number }>(
    'select max(seq) as newest, count(*) as count from transition where action_seq = ?')
  const remember = database.prepare<[number, number]>(
    'update store set pruned_action = max(pruned_action, ?), pruned_transition = max(pruned_transition, ?)')
  // It only moves on while actions finish, so it stays true, if cautious, for all steps of one pruning.
  let known: { readonly keep: number, readonly edge: number | null } | null = null

  return ({ keep, before }) => {
    if (known?.keep !== keep) known = { keep, edge: newestBeyond(database, protocols, keep) }
    const going = known.edge === null ? [] : oldest.all(before, known.edge, stepLimits.actions)
    const pruned = { actions: 0, newest: 0, transitions: 0, newestTransition: 0 }
    for (const seq of going) {
      const { newest, count } = extent.get(seq)!
      remove.run(seq)
      pruned.actions++
      pruned.newest = Math.max(pruned.newest, seq)
      pruned.transitions += count
      pruned.newestTransition = Math.max(pruned.newestTransition, newest)
      if (pruned.transitions >= stepLimits.transitions) break
    }
    if (pruned.actions === 0) known = null
    else remember.run(pruned.newest, pruned.newestTransition)
    return { removed: pruned.actions, more: pruned.actions > 0 }
  }
}

/** The newest finished action that has `keep` newer ones; SQLite merges the ranges without sorting. */
function newestBeyond (database: Database.Database, protocols: ReadonlySet<string>, keep: number): number | null {
  const ranges = [...protocols].flatMap(protocol => finalStates.map(state => ({ state, protocol })))
  if (ranges.length === 0) return null
  const each = ranges.map(() => 'select seq from action where state = ? and protocol = ?').join(' union all ')
  const statement = database.prepare<unknown[], number>(`${each} order by seq desc limit 1 offset ?`).pluck()
  return statement.get(...ranges.flatMap(({ state, protocol }) => [state, protocol]), keep) ?? null
}
