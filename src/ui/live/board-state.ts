import type { TransitionEvent } from '../../client/events.js'
import type { ActionSummary } from '../../client/model.js'
import { failureIn } from '../../domain/failure.js'
import type { JsonValue } from '../../domain/json.js'

interface BoardAction {
  readonly id: string
  readonly kind: string
  readonly lane: string
  /** Null: events do not tell it, and it was not read yet. */
  readonly requester: string | null
}

/** An action that waits. */
export interface WaitingAction extends BoardAction {
  /** When it was scheduled, RFC 3339. */
  readonly scheduled: string
}

/** An action at work. */
export interface RunningAction extends BoardAction {
  /** When it began, RFC 3339. */
  readonly started: string
  /** What it last reported. */
  readonly payload: unknown
  readonly cancelRequested: boolean
}

/** An action that has ended. */
export interface EndedAction {
  readonly id: string
  readonly kind: string
  readonly lane: string
  readonly state: 'DONE' | 'FAILED'
  /** Null: it never began, or nobody told when. */
  readonly started: string | null
  readonly finished: string
  readonly failure: ActionSummary['failure']
}

/** What waits, runs, and has just ended, by id. Changed in place: it may hold tens of thousands. */
export interface BoardState {
  /** In the order of the queue, from its head on, as far as it was read. */
  readonly waiting: Map<string, WaitingAction>
  /** Whether `waiting` is the whole queue. Else what is scheduled belongs behind what was not read. */
  isWhole: boolean
  readonly running: Map<string, RunningAction>
  /** In the order in which they ended; the newest only. */
  readonly ended: Map<string, EndedAction>
}

/** Which parts of a board are not what they were. */
export interface Changes {
  waiting: boolean
  running: boolean
  ended: boolean
}

const nothing: Changes = { waiting: false, running: false, ended: false }

/** So many of those that have ended are kept. */
export const keptEnded = 50

/** A board on which nothing is known. */
export function emptyBoard (): BoardState {
  return { waiting: new Map(), isWhole: false, running: new Map(), ended: new Map() }
}

/** What was read at one moment. */
export interface Snapshot {
  /** The head of the queue, in its order. */
  readonly waiting: readonly ActionSummary[]
  readonly isWhole: boolean
  /** What runs, with what each last reported. */
  readonly running: ReadonlyArray<ActionSummary & { readonly state_payload: unknown }>
  readonly ended: readonly ActionSummary[]
}

/** The board as it was read. Events that came since the reading began are to be taken after this, also known ones. */
export function boardOf ({ waiting, isWhole, running, ended }: Snapshot): BoardState {
  const board = emptyBoard()
  const inOrder = ended.flatMap(endedOf).sort((a, b) => Date.parse(a.finished) - Date.parse(b.finished))
  for (const action of inOrder.slice(-keptEnded)) board.ended.set(action.id, action)
  for (const action of running) {
    if (!board.ended.has(action.id)) board.running.set(action.id, runningOf(action, action.state_payload))
  }
  takeWaiting(board, { waiting, isWhole })
  return board
}

/** The next stretch of the queue. The same holds for events. */
export function takeWaiting (board: BoardState, { waiting, isWhole }: Pick<Snapshot, 'waiting' | 'isWhole'>): void {
  for (const { id, kind, lane, requester, scheduled_ts: scheduled } of waiting) {
    // The parts of a board are not read at the same moment: what began in between is in two of them.
    if (!board.running.has(id) && !board.ended.has(id)) board.waiting.set(id, { id, kind, lane, requester, scheduled })
  }
  board.isWhole = isWhole
}

/** What was read of actions of which events told too little: requesters, and wishes to cancel. */
export function takeDetails (board: BoardState, actions: readonly ActionSummary[]): Changes {
  const changes = { ...nothing }
  for (const { id, requester, cancel_requested_ts: cancel } of actions) {
    const waits = board.waiting.get(id)
    if (waits !== undefined && waits.requester !== requester) {
      board.waiting.set(id, { ...waits, requester })
      changes.waiting = true
    }
    const runs = board.running.get(id)
    const cancelRequested = cancel !== null || runs?.cancelRequested === true
    if (runs !== undefined && (runs.requester !== requester || runs.cancelRequested !== cancelRequested)) {
      board.running.set(id, { ...runs, requester, cancelRequested })
      changes.running = true
    }
  }
  return changes
}

/** Notes the wish to cancel one that runs, of which no event tells. */
export function takeCancel (board: BoardState, id: string): Changes {
  const runs = board.running.get(id)
  if (runs !== undefined) board.running.set(id, { ...runs, cancelRequested: true })
  return { ...nothing, running: runs !== undefined }
}

/**
 * What has happened, in its order. A state never goes back: events may tell again what was read, or what was told.
 * Each event costs the same, however long the queue is.
 */
export function takeEvents (board: BoardState, events: readonly TransitionEvent[]): Changes {
  const changes = { ...nothing }
  for (const event of events) takeEvent(board, event, changes)
  for (const id of board.ended.keys()) {
    if (board.ended.size <= keptEnded) break
    board.ended.delete(id)
  }
  return changes
}

function takeEvent (board: BoardState, event: TransitionEvent, changes: Changes): void {
  const { action_id: id, kind, lane, timestamp, state, state_payload: payload } = event
  const { waiting, running, ended } = board
  if (ended.has(id)) return
  if (state === 'NEW') {
    if (!board.isWhole || running.has(id) || waiting.has(id)) return
    waiting.set(id, { id, kind, lane, requester: null, scheduled: timestamp })
    changes.waiting = true
    return
  }
  const [waited, ran] = [waiting.get(id), running.get(id)]
  if (waiting.delete(id)) changes.waiting = true
  if (state === 'RUNNING') {
    const before = ran ?? { requester: waited?.requester ?? null, started: timestamp, cancelRequested: false }
    running.set(id, { ...before, id, kind, lane, payload })
    changes.running = true
    return
  }
  if (running.delete(id)) changes.running = true
  const failure = failureIn(state, payload as JsonValue)
  ended.set(id, { id, kind, lane, state, started: ran?.started ?? null, finished: timestamp, failure })
  changes.ended = true
}

function runningOf (action: ActionSummary, payload: unknown): RunningAction {
  const { id, kind, lane, requester, started_ts: started, cancel_requested_ts: cancel } = action
  const cancelRequested = cancel !== null
  return { id, kind, lane, requester, started: started ?? action.scheduled_ts, payload, cancelRequested }
}

function endedOf (action: ActionSummary): EndedAction[] {
  const { id, kind, lane, state, started_ts: started, finished_ts: finished, failure } = action
  return (state === 'DONE' || state === 'FAILED') && finished !== null
    ? [{ id, kind, lane, state, started, finished, failure }]
    : []
}
