import type Database from 'better-sqlite3'
import type { ActionEvent, Transition } from '../domain/action.js'
import type { Instant } from '../domain/clock.js'
import type { EventBatch, Move, MoveBatch } from '../domain/ports/store.js'
import { Damage } from './errors.js'
import { toEvent, toTransition, type EventRow, type TransitionRow } from './rows.js'

/** Reads of the history. */
export interface EventReads {
  /**
   * The transitions of an action, oldest first; none when there is no such action.
   * @throws Damage when some of them are missing, or are not its own
   */
  history (actionSeq: number): readonly Transition[]
  /** Transitions after a position, oldest first: at most `limit`, and no more than fit into about 1 MiB. */
  eventsAfter (position: number, limit: number): EventBatch
  /** The position of the newest transition; 0 when there is none. */
  lastEvent (): number
  /** The last transitions up to a position and with it, newest first, as far back as none has been pruned. */
  movesUntil (position: number, limit: number): MoveBatch
  /** When the transition at a position was; null when there is none, or none any more. */
  eventTime (position: number): Instant | null
  /** The position of the newest transition that was ever pruned; 0 when none was. */
  pruned (): number
}

/** A row of `historyQuery`. */
interface ChainRow extends TransitionRow {
  readonly previous: number | null
  readonly actionSeq: number
}

/** A transition whose action is missing. */
interface Orphan {
  readonly seq: number
  readonly actionId: null
}

/** True for a history, oldest first, that begins at the beginning and is of one action. */
function isWhole (rows: readonly ChainRow[], actionSeq: number): boolean {
  const [first] = rows
  return first?.previous === null && first.state === 'NEW' && rows.every(row => row.actionSeq === actionSeq)
}

const batchBytes = 1024 * 1024

/**
 * Begins a statement: `chain` has the numbers of an action's transitions, newest first. Its parameter: an action's.
 * Each is smaller than the one before, whatever a damaged database says, so it always comes to an end.
 */
export const historyOf = `
  with recursive chain (seq) as (
    select last_transition from action where seq = ?
    union all
    select t.previous from chain cross join transition t on t.seq = chain.seq where t.previous < t.seq
  )`

const columns = 't.seq, t.at, t.state, t.payload, a.id as actionId'

/**
 * The history of an action, newest first. `cross join` keeps the order of the loops (https://sqlite.org/lang_select.html):
 * by itself, and asked for an order, SQLite walks over all transitions there are.
 */
export const historyQuery = `${historyOf}
  select ${columns}, t.previous, t.action_seq as actionSeq from chain cross join transition t on t.seq = chain.seq cross join action a on a.seq = t.action_seq`

/**
 * Prepares the reads of the history. By hand, because drizzle cannot iterate: a batch has to end by its size, and
 * payloads may be large.
 */
export function createEventReads (database: Database.Database): EventReads {
  const joined = 'from transition t left join action a on a.seq = t.action_seq'
  const ofAction = database.prepare<[number], ChainRow>(historyQuery)
  const action = database.prepare<[number], number>('select 1 from action where seq = ?').pluck()
  const after = database.prepare<[number, number], EventRow | Orphan>(
    `select ${columns}, a.kind, a.lane, a.protocol ${joined} where t.seq > ? order by t.seq limit ?`)
  const newest = database.prepare<[], number>('select max(seq) from transition').pluck()
  const moves = database.prepare<[number, number], Move>(`
    select t.seq, t.at, p.state as "from", t.state as "to" from transition t left join transition p on p.seq = t.previous
    where t.seq <= ? and t.seq > (select pruned_transition from store) order by t.seq desc limit ?`)
  const time = database.prepare<[number], number>('select at from transition where seq = ?').pluck()
  const edge = database.prepare<[], number>('select pruned_transition from store').pluck()

  const pruned = (): number => edge.get() ?? 0
  const lastEvent = (): number => Math.max(newest.get() ?? 0, pruned())
  return {
    history: actionSeq => {
      const rows = ofAction.all(actionSeq).reverse()
      if (!isWhole(rows, actionSeq) && action.get(actionSeq) !== undefined) {
        throw new Damage(`the history of action ${actionSeq} is not whole`)
      }
      return rows.map(toTransition)
    },
    lastEvent,
    movesUntil: (position, limit) => {
      const found = moves.all(position, limit)
      return { moves: found, gap: found.length < limit && pruned() > 0 }
    },
    eventTime: position => time.get(position) ?? null,
    pruned,
    eventsAfter: (position, limit) => {
      const events: ActionEvent[] = []
      let bytes = 0
      for (const row of after.iterate(position, limit)) {
        // Left out, it would seem never to have been.
        if (row.actionId === null) throw new Damage(`the action of transition ${row.seq} is missing`)
        events.push(toEvent(row))
        bytes += row.payload?.length ?? 0
        if (bytes > batchBytes) break
      }
      // A position ahead of the newest is from a store that was put back to an earlier time.
      return { events, gap: position < pruned() || position > lastEvent() }
    }
  }
}
