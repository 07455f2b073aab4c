import type { JsonValue } from '../json.js'
import type { Violation } from '../problem.js'
import type { Observer } from './observer.js'

/** Something that is started and stopped by whoever made it. Both may be called twice. */
export interface Component {
  readonly name: string
  start (): Promise<void>
  stop (): Promise<void>
}

/** An answer that is held until there is something to tell. */
export interface HeldAnswer<Reply, T> {
  /** The answer: when its connection closes, nobody listens any more. */
  readonly reply: Reply
  readonly limitMs: number
  readonly work: (signal: AbortSignal) => Promise<T>
}

/** JSON that was read as it stands. */
export interface ReadJson {
  /** Undefined for an empty text. */
  readonly value: JsonValue | undefined
  /** Places whose value is not what was written, such as numbers that cannot be held exactly. */
  readonly altered: readonly Violation[]
  /** False when the search for them has ended early: there were too many, or the JSON is nested too deep. */
  readonly complete: boolean
}

/** What the agent's HTTP server gives to a protocol that is mounted on it. */
export interface HttpTools<Reply> {
  /**
   * Holds an answer while the work goes on. Resolves with its result, or with null when the signal was aborted first:
   * because the connection closed, the limit was reached, or the agent stops, which ends these first.
   * @throws Problem `too-many-waits`
   */
  hold<T> (held: HeldAnswer<Reply, T>): Promise<T | null>
  /**
   * Reads a body for a protocol that uses only parts of what it is sent, and has to be strict with those alone. Other
   * protocols need not call it: their bodies arrive parsed, and strictly.
   * @throws Problem `malformed-json`
   */
  readJson (bytes: Uint8Array): ReadJson
}

/**
 * An adapter that translates a manager's language to the scheduler, and nothing else. It is made by a factory that is
 * handed `{ scheduler, inspector, access, config slice, telemetry, clock }`.
 *
 * A protocol over HTTP has `http`; one with a listener of its own opens it in `start` and closes it in `stop`.
 * The types of the HTTP instance and its replies are parameters, so that this file knows no framework.
 */
export interface Protocol<Http = never, Reply = never> extends Component {
  readonly http?: HttpFace<Http, Reply>
  /** What the protocol wants to hear of the agent's work, for metrics of its own. */
  readonly observer?: Observer
}

/** The part of a protocol that lives in the agent's HTTP server. */
export interface HttpFace<Http, Reply> {
  /** Where it is mounted, for example `/api/unstable`; its routes are declared below it. */
  readonly prefix: string
  /**
   * Declares its routes and its error handler on a scope of its own. Bodies arrive parsed, strictly; browser and host
   * rules have been applied. What lies below the prefix and has no route, is no readable URL, or breaks those rules
   * comes to the error handler, as a `Problem`.
   */
  mount (http: Http, tools: HttpTools<Reply>): void | Promise<void>
  /** What its OpenAPI document says beside its routes; the document's file name is `<document>.json`. */
  readonly openapi: {
    readonly document: string
    /** Whether its routes take a token in the URL (`tokenInUrl` in their configuration). */
    readonly tokenInUrl?: boolean
    readonly title: string
    readonly description: string
    readonly version: string
  }
}
