import type { Instant } from './clock.js'
import type { JsonValue } from './json.js'
import type { ActionState } from './lifecycle.js'
import type { TraceContext } from './trace-context.js'

/** The lane of every action whose protocol names no other. */
export const mainLane = 'main'

/** The requester of an action whose caller named none (a term of the Replicante protocol). */
export const defaultRequester = 'AGENT_API'

/** The form of an action's id: a UUID of any version, in either case. */
export const idShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** One requested piece of work, as it is on disk. */
export interface Action {
  /** Place in the order of commit: grows, is never reused. The order of execution within a lane. */
  readonly seq: number
  /** UUID in lower case. */
  readonly id: string
  readonly kind: string
  readonly lane: string
  readonly state: ActionState
  /** Null when the caller gave none. */
  readonly args: JsonValue
  /** Metadata by name; what came as HTTP headers has names in lower case. Never holds a credential. */
  readonly headers: Readonly<Record<string, string>>
  /** What asked, in the caller's words, for example `CORE_API`. */
  readonly requester: string
  /** Who asked: the principal that access found. */
  readonly principal: string
  /** The protocol it came through, for example `api` or `replicante-classic`. */
  readonly protocol: string
  /** The address that the request came from; null for what older versions recorded. */
  readonly remoteAddress: string | null
  /** The id of the request that asked for it, as its answer and the log have it; null where there was none. */
  readonly requestId: string | null
  /** The span that it belongs below: of the request, or of whoever sent that; null where there is no trace. */
  readonly trace: TraceContext | null
  /** When it was first created, by whoever created it: the caller may give it. */
  readonly createdAt: Instant
  /** When this agent recorded it. */
  readonly scheduledAt: Instant
  /** When it first entered RUNNING. */
  readonly startedAt: Instant | null
  /** When it entered DONE or FAILED. */
  readonly finishedAt: Instant | null
  readonly cancelRequestedAt: Instant | null
  /** What the kind last reported; null when nothing. */
  readonly statePayload: JsonValue
  /** How often a process died under it since its last progress. A stop in good order does not count. */
  readonly interruptions: number
  /** Grows by one with every change of the row: what an ETag is made of. */
  readonly version: number
}

/** Who asked for something, and how: recorded with an action, and with the wish to cancel it. */
export interface Caller {
  /** The name that access gave who asked. */
  readonly principal: string
  /** The protocol it came through, for example `api` or `replicante-classic`. */
  readonly protocol: string
  /** The address that it came from. */
  readonly remoteAddress: string
  /** The id of the request, where it has one. Not a part of what makes a repeated request the same. */
  readonly requestId?: string | null
  /** The trace that the request belongs to, where there is one. Not a part of what makes it the same either. */
  readonly trace?: TraceContext | null
}

/** What lists show: everything but the parts that may be large, and where it came from in detail. */
export type ActionSummary = Omit<Action, 'args' | 'headers' | 'statePayload' | 'requestId' | 'trace'>

/** A summary that also tells why an action failed. */
export interface ListedAction extends ActionSummary {
  /** Null unless it is FAILED. */
  readonly failure: ActionFailure | null
}

/** As much of a failure as a list has room for. */
export interface ActionFailure {
  /** Why, for programs: one of `FailureReason`, unless something else wrote it. Null where the payload has none. */
  readonly reason: string | null
  /** The sentence, or its beginning. Null where the payload has none. */
  readonly error: string | null
}

/** One entry of an action's history. The history is append-only. */
export interface Transition {
  /** Place in the order of all transitions of the store: the number in an event id. */
  readonly seq: number
  readonly actionId: string
  readonly at: Instant
  readonly state: ActionState
  readonly payload: JsonValue
}

/** What an event carries: the transition, and enough of its action to be understood alone. */
export interface ActionEvent extends Transition {
  readonly kind: string
  readonly lane: string
  readonly protocol: string
}

/** What the store needs to append an action. Complete: the scheduler has filled every default. */
export interface ActionDraft extends Caller {
  readonly id: string
  readonly kind: string
  readonly lane: string
  readonly args: JsonValue
  readonly headers: Readonly<Record<string, string>>
  readonly requester: string
  /** Null: the moment of scheduling. */
  readonly createdAt: Instant | null
  /** The name under which the outcome is collected; null when nobody does. */
  readonly collector: string | null
}
