import type Database from 'better-sqlite3'
import type { Action, ActionDraft, ActionEvent } from '../domain/action.js'
import type { Clock, Instant } from '../domain/clock.js'
import { failed, type Outcome } from '../domain/kind.js'
import { isFinal, type ActionState } from '../domain/lifecycle.js'
import type { Appended, CancelWish } from '../domain/ports/store.js'
import { Problem } from '../domain/problem.js'
import type { Lookups } from './lookups.js'
import { OpenActions, openActionOf, type OpenAction } from './open-actions.js'
import { actionColumns, payloadText, payloadValue, prepareRows, toAction, type RowStatement } from './rows.js'
import type { TurnScope } from './turn.js'

/** Entries of an action's history that progress may add; after them only the latest payload changes. */
const progressLimit = 1000

/** Characters of JSON that these entries may have together: a history is read in one piece. */
const historyBytesLimit = 20 * 1024 * 1024

interface AppendOptions {
  readonly scope: TurnScope
  /** What the caller is told when the queue, longer by so many than it is on disk, has no room; else null. */
  readonly room: (queued: number) => Problem | null
}

/** What a move makes of an action. */
interface Move {
  readonly to: Action
  /** The number of its entry in the history. */
  readonly transition: number
  /** JSON text. */
  readonly payload: string | null
  readonly at: Instant
}

/** Where an action was before a move; null for one that has just been made. */
interface Before {
  readonly from: ActionState | null
  readonly previous: number | null
}

/**
 * The intentions of the store, each to be run as one entry of a write turn. Hand-written, prepared once, and with their
 * parameters in order: through drizzle's prepared statements the executor drains 11 % slower. What a move wrote is not
 * read back: every value is known here.
 */
export class Writes {
  readonly #clock: Clock
  readonly #open: OpenActions
  readonly #byId: Lookups['byId']
  readonly #insert: Database.Statement<unknown[]>
  readonly #claim: Database.Statement<[Instant, Instant, number, number, number]>
  readonly #progress: Database.Statement<unknown[]>
  readonly #settle: Database.Statement<unknown[]>
  readonly #cancel: Database.Statement<[Instant, number, number]>
  readonly #suspend: RowStatement<[Instant, number]>
  readonly #interrupt: RowStatement<[number]>
  readonly #transition: Database.Statement<unknown[]>
  readonly #cancellation: Database.Statement<[number, Instant, string, string, string]>
  readonly #outcome: Database.Statement<[string, number, number]>

  /** The newest numbers that were ever given. What is not written leaves some out; none is given twice. */
  readonly #newest: { action: number, transition: number }

  constructor (database: Database.Database, { clock, lookups }: { clock: Clock, lookups: Lookups }) {
    this.#clock = clock
    this.#open = new OpenActions(database, lookups)
    this.#newest = newestNumbers(database)
    this.#byId = lookups.byId
    this.#insert = database.prepare(`
      insert into action (seq, id, kind, lane, protocol, principal, requester, state, args, headers,
        created_at, scheduled_at, updated_at, collector, last_transition, remote_address, request_id, traceparent, tracestate)
      values (?, ?, ?, ?, ?, ?, ?, 'NEW', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`)
    this.#claim = database.prepare(`
      update action set state = 'RUNNING', updated_at = ?, started_at = ?, last_transition = ?, version = version + 1
      where seq = ? and version = ?`)
    this.#progress = database.prepare(`
      update action set state_payload = ?, updated_at = ?, interruptions = 0, progress_entries = ?, history_bytes = ?,
        last_transition = ?, version = version + 1
      where seq = ? and version = ?`)
    this.#settle = database.prepare(`
      update action set state = ?, state_payload = ?, updated_at = ?, finished_at = ?, last_transition = ?, version = version + 1
      where seq = ? and version = ?`)
    this.#cancel = database.prepare('update action set cancel_requested_at = ?, version = version + 1 where seq = ? and version = ?')
    this.#suspend = prepareRows(database, `
      update action set suspended_at = ?, version = version + 1 where seq = ? and state = 'RUNNING' returning ${actionColumns()}`)
    this.#interrupt = prepareRows(database, `
      update action set interruptions = interruptions + (suspended_at is null), suspended_at = null, version = version + 1
      where seq = ? and state = 'RUNNING' returning ${actionColumns()}`)
    this.#transition = database.prepare(
      'insert into transition (seq, action_seq, previous, at, state, payload) values (?, ?, ?, ?, ?, ?)')
    this.#cancellation = database.prepare(
      'insert into cancellation (action_seq, at, principal, protocol, remote_address) values (?, ?, ?, ?, ?)')
    this.#outcome = database.prepare('insert into outcome (collector, transition_seq, action_seq) values (?, ?, ?)')
  }

  /** To be called after a rollback: what was noted of the turn is not so. */
  forget (): void {
    this.#open.forget()
  }

  /** Adds an action in NEW. An id that is taken changes nothing. `argsText` is the JSON of its arguments. */
  append (draft: ActionDraft, argsText: string, { scope, room }: AppendOptions): Appended {
    const { id, kind, lane, protocol, principal, requester, headers, collector, remoteAddress } = draft
    const full = room(scope.queued)
    if (full !== null) {
      // A repeated request is told of its action even then.
      const known = this.#byId.get(id)
      if (known === undefined) throw full
      return { action: toAction(known), fresh: false }
    }
    const at = this.#clock.now()
    const action = newAction(draft, { seq: ++this.#newest.action, at })
    const transition = ++this.#newest.transition
    const headersText = headerText(headers)
    const { changes } = this.#insert.run(action.seq, id, kind, lane, protocol, principal, requester, argsText,
      headersText, action.createdAt, at, at, collector, transition, remoteAddress,
      action.requestId, action.trace?.traceparent ?? null, action.trace?.tracestate ?? null)
    if (changes === 0) return { action: toAction(this.#byId.get(id)!), fresh: false }

    this.#record({ to: action, transition, payload: null, at }, { from: null, previous: null }, scope)
    this.#open.added({
      action,
      payload: null,
      updatedAt: at,
      progressEntries: 0,
      historyBytes: 0,
      lastTransition: transition,
      collector,
      length: argsText.length + headersText.length
    })
    return { action, fresh: true }
  }

  /** Moves the lane's oldest NEW action to RUNNING. */
  claim (lane: string, scope: TurnScope): Action | null {
    const open = this.#open.first(lane)
    if (open === undefined || open.action.state !== 'NEW') return null
    const { action } = open
    const at = this.#timeOf(open)
    const transition = ++this.#newest.transition
    written(this.#claim.run(at, at, transition, action.seq, action.version), action)
    const to = changed(action, { state: 'RUNNING', startedAt: at })
    return this.#moved(open, { to, transition, payload: open.payload, at }, scope)
  }

  /** Records what a RUNNING action reports. `text` is the JSON of the payload, null for null. */
  progress (seq: number, text: string | null, scope: TurnScope): Action {
    const open = this.#open.find(seq)
    if (open?.action.state !== 'RUNNING') throw new Error(`action ${seq} is not RUNNING, so it cannot make progress`)
    const { action } = open
    const at = this.#timeOf(open)
    open.progressEntries++
    open.historyBytes += text?.length ?? 0
    const kept = open.progressEntries <= progressLimit && open.historyBytes <= historyBytesLimit
    const transition = kept ? ++this.#newest.transition : open.lastTransition
    written(this.#progress.run(text, at, open.progressEntries, open.historyBytes,
      transition, seq, action.version), action)
    const to = changed(action, { statePayload: payloadValue(text), interruptions: 0 })
    const move = { to, transition, payload: text, at }
    if (kept) return this.#moved(open, move, scope)
    follow(open, move)
    scope.effect({ type: 'payload', action: to })
    return to
  }

  /** Moves an action to its final state. The triggers refuse an illegal move. */
  settle (seq: number, { state, payload }: Outcome, text: string | null, scope: TurnScope): Action {
    const open = this.#open.find(seq)
    if (open === undefined) throw new Error(`action ${seq} does not exist, so it cannot be settled`)
    return this.#end(open, { state, text: payload === undefined ? open.payload : text }, scope)
  }

  #end (open: OpenAction, { state, text }: { state: ActionState, text: string | null }, scope: TurnScope): Action {
    const { action, collector } = open
    const at = this.#timeOf(open)
    const transition = ++this.#newest.transition
    written(this.#settle.run(state, text, at, at, transition, action.seq, action.version), action)
    const statePayload = text === open.payload ? action.statePayload : payloadValue(text)
    const to = changed(action, { state, statePayload, finishedAt: at })
    this.#moved(open, { to, transition, payload: text, at }, scope)
    if (collector !== null) this.#outcome.run(collector, transition, action.seq)
    this.#open.ended(open)
    return to
  }

  /** Records that an action is to end; a NEW one ends with it. */
  requestCancel (id: string, { caller, refuse }: CancelWish, scope: TurnScope): Action {
    const row = this.#byId.get(id)
    if (row === undefined) throw new Problem('unknown-action', { params: { id } })
    const open = this.#open.known(row.seq) ?? openActionOf(row)
    const { action } = open
    if (isFinal(action.state)) throw new Problem('action-finished', { params: { id, state: action.state } })
    if (action.cancelRequestedAt !== null) return action
    if (action.state === 'RUNNING') {
      const reason = refuse(action)
      if (reason !== null) throw new Problem('cancel-refused', { params: { id, reason } })
    }
    const at = this.#timeOf(open)
    written(this.#cancel.run(at, action.seq, action.version), action)
    this.#cancellation.run(action.seq, at, caller.principal, caller.protocol, caller.remoteAddress)
    open.action = changed(action, { cancelRequestedAt: at })
    if (action.state === 'NEW') {
      const { state, payload } = failed('The action was cancelled before it began.', { reason: 'cancelled' })
      return this.#end(open, { state, text: payloadText(payload ?? null) }, scope)
    }
    scope.effect({ type: 'cancel', action: open.action })
    return open.action
  }

  /** Records that the agent stops in good order while the action stays RUNNING. */
  suspend (seq: number): Action {
    const row = this.#suspend.get(this.#clock.now(), seq)
    if (row === undefined) throw new Error(`action ${seq} is not RUNNING, so it cannot be suspended`)
    this.#open.forget()
    return toAction(row)
  }

  /** Counts an interruption of a RUNNING action, unless it was suspended. */
  interrupt (seq: number): Action {
    const row = this.#interrupt.get(seq)
    if (row === undefined) throw new Error(`action ${seq} is not RUNNING, so it cannot have been interrupted`)
    this.#open.forget()
    return toAction(row)
  }

  /** The time of an action's next transition: never before the one that it has. */
  #timeOf ({ updatedAt }: OpenAction): Instant {
    return Math.max(updatedAt, this.#clock.now())
  }

  #moved (open: OpenAction, move: Move, scope: TurnScope): Action {
    const { action: { state: from }, lastTransition: previous } = open
    this.#record(move, { from, previous }, scope)
    follow(open, move)
    return move.to
  }

  /** Every move leaves its entry, in the same transaction. */
  #record (move: Move, { from, previous }: Before, scope: TurnScope): void {
    const { to: action, transition: seq, at } = move
    const { id: actionId, kind, lane, protocol, state, statePayload: payload } = action
    this.#transition.run(seq, action.seq, previous, at, state, move.payload)
    const event: ActionEvent = { seq, actionId, at, state, payload, kind, lane, protocol }
    scope.effect({ type: 'transition', from, action, event })
  }
}

/** Brings what is known of an action up to date with what was written. */
function follow (open: OpenAction, { to, transition, payload, at }: Move): void {
  open.action = to
  open.lastTransition = transition
  open.payload = payload
  open.updatedAt = at
}

/** @throws Error when a statement found the row otherwise than it is known here: then nothing was written */
function written ({ changes }: Database.RunResult, { seq, version }: Action): void {
  if (changes !== 1) throw new Error(`action ${seq} is not as it was written last, in version ${version}`)
}

type Changing = 'state' | 'startedAt' | 'finishedAt' | 'cancelRequestedAt' | 'statePayload' | 'interruptions'
type Change = Partial<Pick<Action, Changing>>

/** The action in its next version. */
function changed (action: Action, change: Change): Action {
  return { ...action, ...change, version: action.version + 1 }
}

/** The action that a draft begins as. */
function newAction (draft: ActionDraft, { seq, at }: { seq: number, at: Instant }): Action {
  return {
    seq,
    id: draft.id,
    kind: draft.kind,
    lane: draft.lane,
    state: 'NEW',
    requester: draft.requester,
    principal: draft.principal,
    protocol: draft.protocol,
    remoteAddress: draft.remoteAddress,
    createdAt: draft.createdAt ?? at,
    scheduledAt: at,
    startedAt: null,
    finishedAt: null,
    cancelRequestedAt: null,
    interruptions: 0,
    version: 1,
    requestId: draft.requestId ?? null,
    trace: draft.trace ?? null,
    args: draft.args,
    headers: draft.headers,
    statePayload: null
  }
}

/** Most actions have none. */
function headerText (headers: ActionDraft['headers']): string {
  return Object.keys(headers).length === 0 ? '{}' : JSON.stringify(headers)
}

function newestNumbers (database: Database.Database): { action: number, transition: number } {
  return database.prepare<[], { action: number, transition: number }>(`
    select max(pruned_action, ifnull((select max(seq) from action), 0)) as action,
      max(pruned_transition, ifnull((select max(seq) from transition), 0)) as transition
    from store`).get()!
}
