import type { Action } from '../action.js'
import type { Effect } from './store.js'
import type { RequestTrace } from './tracing.js'

/**
 * A request that is over. `route` is its pattern, never the URL that was asked. `status` is 499 where the connection
 * closed before an answer began, 408 where it was cut because the request came too slowly.
 */
export interface AnsweredRequest {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly ms: number
  /** Whether the answer was held on purpose (a wait, an event stream): then its time says nothing of the agent. */
  readonly held: boolean
  /** Absent where the agent records no span of it. */
  readonly traced?: TracedRequest
}

/** What the span of a request tells beside that. */
export interface TracedRequest {
  readonly id: string
  readonly trace: RequestTrace
  readonly scheme: 'http' | 'https'
  /** Without the query; null where no route took the request. */
  readonly path: string | null
  readonly remoteAddress: string
}

/**
 * What components tell of themselves, for metrics. Telemetry implements it; each method is cheap and never throws.
 * Every method is optional: an observer hears what it implements.
 */
export interface Observer {
  /** A write turn has ended. */
  turn? (turn: { readonly entries: number, readonly ms: number, readonly ok: boolean }): void
  /** One intention of the store has been carried out, or has failed. */
  operation? (operation: { readonly name: string, readonly ms: number, readonly ok: boolean }): void
  /** A commit changed these. */
  committed? (effects: readonly Effect[]): void
  /** A pruning has ended. */
  pruned? (pruning: { readonly removed: number, readonly ms: number }): void
  /** An agent has died under an action, which is to go on: told once for each death, before it is resumed. */
  interrupted? (action: Action): void
  /** An action goes on, or is begun anew, that an agent which has died or was stopped had left RUNNING. */
  resumed? (action: Action): void
  /** A run does not end although its signal was aborted. */
  stuck? (run: { readonly kind: string, readonly lane: string }): void
  /** A request of ours or of a protocol over HTTP is over. */
  request? (request: AnsweredRequest): void
  /** Spans were taken by the collector of traces, or given up. */
  spans? (spans: { readonly fate: 'sent' | 'dropped', readonly count: number }): void
}

/** One observer that tells all of them. */
export function everyObserver (observers: readonly Observer[]): Required<Observer> {
  return {
    turn: told => { for (const each of observers) each.turn?.(told) },
    operation: told => { for (const each of observers) each.operation?.(told) },
    committed: told => { for (const each of observers) each.committed?.(told) },
    pruned: told => { for (const each of observers) each.pruned?.(told) },
    interrupted: told => { for (const each of observers) each.interrupted?.(told) },
    resumed: told => { for (const each of observers) each.resumed?.(told) },
    stuck: told => { for (const each of observers) each.stuck?.(told) },
    request: told => { for (const each of observers) each.request?.(told) },
    spans: told => { for (const each of observers) each.spans?.(told) }
  }
}
