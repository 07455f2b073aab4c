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

/** Finished actions that one step looks at, so that a step holds the event loop for a few milliseconds only. */
const stepSize = 200

/**
 * Prepares pruning. Each step is one entry of a write turn. It takes the oldest finished actions; once a whole step
 * finds none that may go, the younger ones are left for another day instead of being walked through.
 * @param protocols every protocol that any action came through: with the state they name the index ranges
 */
export function createPrune (database: Database.Database, protocols: ReadonlySet<string>): Prune {
  const oldest = database.prepare<[string, string], { seq: number, finishedAt: number }>(`
    select seq, finished_at as finishedAt from action where state = ? and protocol = ? order by seq limit ${stepSize}`)
  const remove = database.prepare<[number]>('delete from action where seq = ?')
  const newestTransition = database.prepare<[number], number>('select max(seq) from transition where action_seq = ?').pluck()
  const remember = database.prepare<[number, number]>(
    'update store set pruned_action = max(pruned_action, ?), pruned_transition = max(pruned_transition, ?)')
  // It only moves on while actions finish, so it stays true, if cautious, for all steps of one pruning.
  let known: { readonly keep: number, readonly edge: number | null } | null = null

  return ({ keep, before }) => {
    if (known?.keep !== keep) known = { keep, edge: newestBeyond(database, protocols, keep) }
    const edge = known.edge ?? 0
    const going = [...protocols]
      .flatMap(protocol => finalStates.flatMap(state => oldest.all(state, protocol)))
      .sort((a, b) => a.seq - b.seq).slice(0, stepSize)
      .filter(action => action.seq <= edge && action.finishedAt < before)

    if (going.length === 0) {
      known = null
      return { removed: 0, more: false }
    }
    let transition = 0
    for (const { seq } of going) {
      transition = Math.max(transition, newestTransition.get(seq) ?? 0)
      remove.run(seq)
    }
    remember.run(going.at(-1)!.seq, transition)
    return { removed: going.length, more: true }
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
