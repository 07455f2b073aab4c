import type Database from 'better-sqlite3'
import type { Instant } from '../domain/clock.js'
import { finalStates, type ActionState } from '../domain/lifecycle.js'
import type { PruneStep } from '../domain/ports/store.js'
import { historyOf } from './events.js'

/** What may go: a finished action that is both beyond the newest `keep` and finished before `before`. */
export interface PruneRule {
  readonly keep: number
  readonly before: number
}

/** Pruning, step by step. */
export interface Prune {
  /** Takes one step. The steps of one pruning have the same rule. */
  step (rule: PruneRule): PruneStep
  /** To be called after a rollback: what a step did may be undone. The next one begins anew. */
  forget (): void
}

/** What one step does, at most: it holds the event loop for some milliseconds. `walked` is in numbers of actions. */
const stepLimits = { walked: 20_000, actions: 200, transitions: 2000 }

/** The finished actions of one state and protocol: one range of their index. */
interface Range {
  readonly state: ActionState
  readonly protocol: string
}

/** One pruning, from range to range. */
interface Pass {
  readonly rule: PruneRule
  /** The newest action that is beyond `keep`. It only moves on while actions finish, so it stays true, if cautious. */
  readonly edge: number
  /** Ranges, and how far it has come in each. */
  readonly left: Array<Range & { place: number }>
  /** Found, and not removed yet. */
  pending: readonly number[]
}

/**
 * Prepares pruning. Each step is one entry of a write turn. A pruning looks at all finished actions beyond `keep`, in
 * their index (measured: 0.05 µs each): an index by age would cost a page with each commit, all day long.
 * @param protocols every protocol that any action came through: with the state they name the ranges of the index
 */
export function createPrune (database: Database.Database, protocols: ReadonlySet<string>): Prune {
  const walk = database.prepare<[string, string, number, number, Instant, number], number>(`
    select seq from action indexed by action_finished
    where state = ? and protocol = ? and finished_at is not null and seq > ? and seq <= ? and finished_at < ?
    order by seq limit ?`).pluck()
  const oldest = database.prepare<[], number>('select min(seq) from action').pluck()
  const remove = createRemoval(database)
  let pass: Pass | null = null

  const begin = (rule: PruneRule): Pass | null => {
    const edge = newestBeyond(database, protocols, rule.keep)
    const place = (oldest.get() ?? 1) - 1
    const left = rangesOf(protocols).map(range => ({ ...range, place }))
    return edge === null ? null : { rule, edge, left, pending: [] }
  }

  /** What may go, among the next that one step looks at. */
  const look = ({ left, edge, rule: { before } }: Pass): number[] => {
    const going: number[] = []
    let walked = 0
    for (let range = left[0]; range !== undefined && walked < stepLimits.walked; range = left[0]) {
      const end = Math.min(range.place + stepLimits.walked - walked, edge)
      const room = stepLimits.actions - going.length
      const found = walk.all(range.state, range.protocol, range.place, end, before, room)
      going.push(...found)
      if (found.length === room) {
        range.place = found.at(-1)!
        return going
      }
      walked += end - range.place
      range.place = end
      if (end === edge) left.shift()
    }
    return going
  }

  return {
    step (rule) {
      if (pass?.rule.keep !== rule.keep || pass.rule.before !== rule.before) pass = begin(rule)
      if (pass === null) return { removed: 0, more: false }
      const going = pass.pending.length > 0 ? pass.pending : look(pass)
      const removed = remove(going)
      pass.pending = going.slice(removed)
      const more = pass.pending.length > 0 || pass.left.length > 0
      if (!more) pass = null
      return { removed, more }
    },
    forget () {
      pass = null
    }
  }
}

/** Prepares the removal of actions with their histories. It ends early where these are long; returns how many went. */
function createRemoval (database: Database.Database): (going: readonly number[]) => number {
  const remove = database.prepare<[number]>('delete from action where seq = ?')
  const history = database.prepare<[number], number>(`${historyOf} select seq from chain`).pluck()
  const removeTransition = database.prepare<[number]>('delete from transition where seq = ?')
  const remember = database.prepare<[number, number]>(
    'update store set pruned_action = max(pruned_action, ?), pruned_transition = max(pruned_transition, ?)')

  return going => {
    let actions = 0
    let transitions = 0
    let newest = 0
    for (const seq of going) {
      // Newest first.
      const entries = history.all(seq)
      remove.run(seq)
      for (const entry of entries) removeTransition.run(entry)
      newest = Math.max(newest, entries[0] ?? 0)
      actions++
      transitions += entries.length
      if (transitions >= stepLimits.transitions) break
    }
    if (actions > 0) remember.run(Math.max(...going.slice(0, actions)), newest)
    return actions
  }
}

function rangesOf (protocols: ReadonlySet<string>): Range[] {
  return [...protocols].flatMap(protocol => finalStates.map(state => ({ state, protocol })))
}

/** The newest finished action that has `keep` newer ones; SQLite merges the ranges without sorting. */
function newestBeyond (database: Database.Database, protocols: ReadonlySet<string>, keep: number): number | null {
  const ranges = rangesOf(protocols)
  if (ranges.length === 0) return null
  const each = ranges.map(() => 'select seq from action where state = ? and protocol = ? and finished_at is not null')
    .join(' union all ')
  const statement = database.prepare<unknown[], number>(`${each} order by seq desc limit 1 offset ?`).pluck()
  return statement.get(...ranges.flatMap(({ state, protocol }) => [state, protocol]), keep) ?? null
}
