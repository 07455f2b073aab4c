import type { Action } from './action.js'
import type { JsonObject, JsonSchema, JsonValue } from './json.js'
import type { Logger } from './log.js'

/** Why an action failed, for programs: part of every FAILED payload. */
export type FailureReason = 'error' | 'timeout' | 'cancelled' | 'interrupted' | 'unavailable'

/** The payload of every FAILED action. Kinds may add fields of their own beside these. */
export interface FailedPayload extends JsonObject {
  /** One sentence: what went wrong. */
  error: string
  /** The causes below it, outermost first. */
  layers: string[]
  /** A stack trace, where an exception brought one. */
  trace: string | null
  /** A stable name of the error, where there is one. */
  variant: string | null
  reason: FailureReason
}

/** What a run came to. The executor alone writes it to the action. */
export type Outcome =
  | { readonly state: 'DONE', readonly payload?: JsonValue }
  | { readonly state: 'FAILED', readonly payload: FailedPayload }

/** A successful outcome. Without a payload the action keeps the one of its last progress. */
export function done (payload?: JsonValue): Outcome {
  return payload === undefined ? { state: 'DONE' } : { state: 'DONE', payload }
}

/** What is known of a failure beyond its sentence. */
export interface FailureDetails {
  readonly layers?: string[]
  readonly trace?: string | null
  readonly variant?: string | null
  readonly reason?: FailureReason
  /** Fields of the kind's own. They cannot replace the five above. */
  readonly more?: JsonObject
}

/** A failed outcome. */
export function failed (error: string, details: FailureDetails = {}): Outcome {
  const { layers = [], trace = null, variant = null, reason = 'error', more = {} } = details
  return { state: 'FAILED', payload: { ...more, error, layers, trace, variant, reason } }
}

/** The reasons with which a run's signal is aborted. */
export type AbortReason = 'cancelled' | 'timeout' | 'shutdown'

/** What one run is given. */
export interface KindContext<Args = JsonValue> {
  /**
   * The action's arguments, valid by the kind's schema; `{}` where the caller gave none and the kind takes an object.
   * A copy, which the run may change; `action` is not to be changed.
   */
  readonly args: Args
  /** The action as it was when this run began; `statePayload` is what an earlier, interrupted run last reported. */
  readonly action: Action
  /** True when an earlier run of this action was interrupted. */
  readonly resumed: boolean
  /**
   * Aborted with an `AbortReason`. A run that sees it ends soon, by throwing or returning: until then its lane is
   * blocked.
   */
  readonly signal: AbortSignal
  readonly log: Logger
  /**
   * Records a RUNNING to RUNNING transition; resolves when it is on disk. Rejects once the signal is aborted, and with
   * a RangeError when the payload's JSON has more than 64 KiB.
   */
  progress (payload: JsonValue): Promise<void>
  /** Waits; rejects with the signal's reason as soon as it is aborted. */
  sleep (ms: number): Promise<void>
}

/** The promise itself; where a kind does not look at it, its rejection is no reason for the process to die. */
export function mayBeIgnored (promise: Promise<void>): Promise<void> {
  promise.catch(() => {})
  return promise
}

/** A type of action, and the code that performs it. */
// A registry holds kinds of every argument type; each has checked its arguments by its schema.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface ActionKind<Args = any> {
  /** The name that callers use, for example `sqlite.steward/backup`. */
  readonly kind: string
  /** One sentence: what it does. */
  readonly summary: string
  /** JSON Schema of the arguments: validates, documents, feeds discovery. */
  readonly args: JsonSchema
  /** An example of valid arguments. */
  readonly example?: JsonValue
  /** Milliseconds that one run may take; null without limit. */
  readonly timeoutMs: number | null
  /** After a crash: run it again with the last payload (it is idempotent), or let it be FAILED. */
  readonly onInterrupt: 'resume' | 'fail'
  /** A sentence when the running action cannot be cancelled any more, else null. Absent: it always can. */
  refuseCancel? (action: Action): string | null
  /**
   * Does the work. What it throws or rejects with makes the action FAILED. An exception outside of it (in a timer, an
   * event handler, a promise that nobody looks at) ends the process, and the action is then an interrupted one.
   */
  run (context: KindContext<Args>): Promise<Outcome>
}

/** Schema of the arguments of a kind that takes none. */
export const noArgs: JsonSchema = { type: 'object', properties: {}, additionalProperties: false }

/** The reason of an aborted signal; `cancelled` where somebody else aborted it with another value. */
export function abortReason (signal: AbortSignal): AbortReason {
  const reason: unknown = signal.reason
  return reason === 'timeout' || reason === 'shutdown' ? reason : 'cancelled'
}
