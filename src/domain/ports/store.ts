import type { Instant } from '../clock.js'
import type { Action, ActionDraft, ActionEvent, ActionSummary, Caller, ListedAction, Transition } from '../action.js'
import type { AuditEntry, AuditQuery } from '../audit.js'
import type { Outcome } from '../kind.js'
import type { JsonValue } from '../json.js'
import type { ActionState } from '../lifecycle.js'
import type { Page, PageQuery } from '../page.js'

/** That an action is to end. */
export interface CancelWish {
  /** Recorded when it is the first wish. */
  readonly caller: Caller
  /** Why a running action cannot be cancelled; null when it can. */
  readonly refuse: (action: Action) => string | null
}

/** What `append` came to. */
export interface Appended {
  /** The new action, or the one that had the id already: what differs is the caller's to judge. */
  readonly action: Action
  /** False when the id was taken; then nothing was written. */
  readonly fresh: boolean
}

/** What a commit changed, told to listeners after it. */
export type Effect =
  /** A move, and its entry in the history. `from` is null where the action began. */
  | { readonly type: 'transition', readonly from: ActionState | null, readonly action: Action, readonly event: ActionEvent }
  /** A payload change past the limit of history entries: the row is new, the history is not. */
  | { readonly type: 'payload', readonly action: Action }
  /** A cancel was recorded for a RUNNING action. */
  | { readonly type: 'cancel', readonly action: Action }

/** How many wait and run in a lane. */
export interface LaneDepth {
  readonly lane: string
  readonly waiting: number
  readonly running: number
}

/** A stretch of the store's event history. */
export interface EventBatch {
  readonly events: readonly ActionEvent[]
  /** True when events after the asked-for position have been pruned. */
  readonly gap: boolean
}

/** As much of a transition as counting takes. */
export interface Move {
  /** Its position. */
  readonly seq: number
  readonly at: Instant
  /** The state before it; null where the action began. */
  readonly from: ActionState | null
  readonly to: ActionState
}

/** A stretch of the history, read backwards. */
export interface MoveBatch {
  /** Newest first; fewer than asked for where nothing whole is left before them. */
  readonly moves: readonly Move[]
  /** True when that is so because of pruning. */
  readonly gap: boolean
}

/** Outcomes that are asked for. */
export interface OutcomeQuery {
  /** Whose: the name with which the actions were scheduled. */
  readonly collector: string
  /** The position that an earlier batch gave as `next`; null: the beginning. */
  readonly after: number | null
  /** 1 to 1,000. */
  readonly limit: number
}

/** Finished actions of one collector, in the order in which they ended. */
export interface OutcomeBatch {
  readonly actions: readonly Action[]
  /** True when there are more. */
  readonly more: boolean
  /** The position to go on from. */
  readonly next: number
  /** True when actions that ended after the asked-for position, of whatever collector, have been pruned. */
  readonly gap: boolean
}

/** Who carries out what a lane has, and is idle. */
export interface Claimer {
  /** Whether the lane's next is to be claimed, besides those of `others` more lanes. Asked within the turn. */
  wants (lane: string, others: number): boolean
  /** Called after the commit with what was claimed, before any listener is told of it. */
  claimed (action: Action): void
}

/** What one step of pruning did. */
export interface PruneStep {
  readonly removed: number
  /** False when nothing is left to remove. */
  readonly more: boolean
}

/**
 * The durable queue and its history. Each writing method is one intention: it joins the current write turn, writes
 * its history too, and resolves after the commit. Reading methods are synchronous and see what is committed.
 *
 * Writing methods reject with a `Problem`: `store-full` (nothing was written, try again when there is room),
 * `store-unavailable` (nothing was written; try again unless `lost`), `shutting-down`; or with a plain error where a
 * caller breaks the rules, for example settles an action twice.
 */
export interface ActionStore {
  /** Made when the database was created; part of cursors and event ids. */
  readonly id: string

  /** Adds an action in NEW. Also rejects with `queue-full`. */
  append (draft: ActionDraft): Promise<Appended>
  /**
   * Moves the lane's oldest NEW action to RUNNING; null when none waits, or one is running already, or `wanted` says no
   * when the turn has come: nobody may claim what nobody will run.
   */
  claim (lane: string, wanted?: () => boolean): Promise<Action | null>
  /** Records what a RUNNING action reports. */
  progress (seq: number, payload: JsonValue): Promise<Action>
  /** Moves an action to its final state. */
  settle (seq: number, outcome: Outcome): Promise<Action>
  /**
   * Records that an action is to end: a NEW one is FAILED with it. Repeating is harmless. Rejects with `unknown-
   * action`,
   * `action-finished`, or what `refuse` says of the running action.
   */
  requestCancel (id: string, wish: CancelWish): Promise<Action>
  /** Records that the agent stops in good order while the action stays RUNNING: the next `interrupt` does not count. */
  suspend (seq: number): Promise<Action>
  /** Counts an interruption of a RUNNING action, unless it was suspended. */
  interrupt (seq: number): Promise<Action>
  /** Removes finished actions that are both beyond `keep` and finished before `before`, a few at a time. */
  prune (rule: { readonly keep: number, readonly before: number }): Promise<PruneStep>

  get (id: string): Action | null
  /** The transitions of an action, oldest first. */
  history (seq: number): readonly Transition[]
  page (query: PageQuery): Page<ActionSummary>
  /** As `page`, with why actions failed. It reads their payloads, so a page is short where these are large together. */
  pageWithFailures (query: PageQuery): Page<ListedAction>
  /** Who asked for what, newest action first. Throws `invalid-cursor`, `cursor-gone`. */
  audit (query: AuditQuery): Page<AuditEntry>
  /** Transitions after the position, oldest first. */
  eventsAfter (position: number, limit: number): EventBatch
  /** The position of the newest transition; 0 when there is none. */
  lastEvent (): number
  /** The last transitions up to a position and with it, as far back as none has been pruned. */
  movesUntil (position: number, limit: number): MoveBatch
  /** When the transition at a position was; null when there is none, or none any more. */
  eventTime (position: number): Instant | null
  /**
   * Finished actions of a collector: at most `limit`, and no more than fit into about 1 MiB. A position ahead of all
   * transitions is from a store that was put back to an earlier time: that is a gap, and the batch begins anew.
   */
  outcomes (query: OutcomeQuery): OutcomeBatch
  /**
   * When each kind last succeeded, by kind, as far as the newest 10,000 DONE actions tell: a kind that has none among
   * them is missing.
   */
  lastSuccesses (): ReadonlyMap<string, Instant>
  /** Lanes with anything in them. */
  lanes (): readonly LaneDepth[]
  /** RUNNING actions, oldest first. */
  running (): readonly Action[]
  /** When the oldest waiting action was scheduled; null when none waits. */
  oldestWaiting (): number | null
  /** A sentence when the store cannot write now, else null. */
  trouble (): string | null
  /** True once the database can no longer be used. Every write is refused from then on. */
  readonly lost: boolean
  /**
   * Resolves when the store can write: at once, or after a `store-full` as soon as there is room. Rejects with the
   * signal's reason.
   */
  writable (signal: AbortSignal): Promise<void>

  /**
   * Lets the turn that appends an action claim it too, where its lane is idle: one wait for the disk instead of two.
   */
  claimWithAppend (claimer: Claimer): void

  /** Calls the listener after each commit, in order. Returns the function that ends this. */
  onCommit (listener: (effects: readonly Effect[]) => void): () => void
}
