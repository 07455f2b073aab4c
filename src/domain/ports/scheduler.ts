import type { Action, ActionEvent, ActionSummary, Caller, ListedAction, Transition } from '../action.js'
import type { AuditEntry, AuditQuery } from '../audit.js'
import type { Instant } from '../clock.js'
import type { JsonSchema, JsonValue } from '../json.js'
import type { Page, PageQuery } from '../page.js'
import type { EventBatch, OutcomeBatch, OutcomeQuery } from './store.js'

/** A kind, as discovery tells of it. */
export interface KindDescription {
  readonly kind: string
  readonly summary: string
  readonly args: JsonSchema
  readonly example: JsonValue
  readonly timeoutMs: number | null
  readonly onInterrupt: 'resume' | 'fail'
}

/** A request to schedule, as a protocol hands it over. */
export interface ScheduleRequest extends Caller {
  readonly kind: string
  /** UUID in any case; absent: the scheduler makes one. */
  readonly id?: string
  readonly args?: JsonValue
  readonly createdAt?: Instant
  readonly requester?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Only for protocols whose manager expects parallel work; never from a request's body. */
  readonly lane?: string
  /** The name under which the outcome is collected with `outcomes`; for managers that ask what has ended. */
  readonly collector?: string
}

/** What scheduling came to. */
export interface Scheduled {
  readonly action: Action
  /** False: the same request had been accepted before, and this is its action as it is now. */
  readonly fresh: boolean
}

/** The one service that every face calls. What it cannot do it rejects with a `Problem`. */
export interface Scheduler {
  /** The store's id: part of cursors and event ids. */
  readonly storeId: string
  /**
   * Resolves when the action is on disk. Problems: `unknown-kind`, `invalid-args`, `invalid-id`, `action-exists` (the
   * id is taken by an action with other content), `queue-full`, `store-full`, `actions-disabled`, `shutting-down`.
   */
  schedule (request: ScheduleRequest): Promise<Scheduled>
  /** Throws `unknown-action`, `invalid-id`. */
  get (id: string): Action
  /** The action; null when there is none, also for a text that is no id. */
  find (id: string): Action | null
  /** The transitions of an action, oldest first. */
  history (action: Action): readonly Transition[]
  /** Throws `invalid-cursor`, `cursor-gone`. */
  list (query: PageQuery): Page<ActionSummary>
  /** As `list`, with why actions failed: this costs more, since it reads their payloads. */
  listWithFailures (query: PageQuery): Page<ListedAction>
  /** Who asked for what. Throws `invalid-cursor`, `cursor-gone`. */
  audit (query: AuditQuery): Page<AuditEntry>
  /** Records that an action is to end. Problems: `unknown-action`, `action-finished`, `cancel-refused`. */
  cancel (id: string, caller: Caller): Promise<Action>
  /** Resolves with the action once it is final; rejects with the signal's reason when that comes first. */
  outcome (id: string, signal: AbortSignal): Promise<Action>
  /** Resolves with the action once its version is another; rejects with the signal's reason when that comes first. */
  changed (id: string, version: number, signal: AbortSignal): Promise<Action>
  kinds (): readonly KindDescription[]
  /** Transitions after a position, oldest first; reads from disk. */
  eventsAfter (position: number, limit: number): EventBatch
  /** The position of the newest transition. */
  lastEvent (): number
  /**
   * When the transition at a position was; null when there is none, or none any more. With it a cursor can be told from
   * the same position in a store that was put back to an earlier time and went on from there.
   */
  eventTime (position: number): Instant | null
  /** Finished actions that were scheduled with a collector, in the order in which they ended; reads from disk. */
  outcomes (query: OutcomeQuery): OutcomeBatch
  /** Calls the listener after each commit with the transitions it made. Returns the function that ends this. */
  onEvents (listener: (events: readonly ActionEvent[]) => void): () => void
}
