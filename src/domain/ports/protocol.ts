import type { Observer } from './observer.js'

/** Something that is started and stopped by whoever made it. Both may be called twice. */
export interface Component {
  readonly name: string
  start (): Promise<void>
  stop (): Promise<void>
}

/**
 * An adapter that translates a manager's language to the scheduler, and nothing else. It is made by a factory that is
 * handed `{ scheduler, inspector, access, config slice, telemetry, clock }`.
 *
 * A protocol over HTTP has `http`; one with a listener of its own opens it in `start` and closes it in `stop`.
 * The HTTP instance's type is a parameter, so that this file knows no framework.
 */
export interface Protocol<Http = never> extends Component {
  readonly http?: HttpFace<Http>
  /** What the protocol wants to hear of the agent's work, for metrics of its own. */
  readonly observer?: Observer
}

/** The part of a protocol that lives in the agent's HTTP server. */
export interface HttpFace<Http> {
  /** Where it is mounted, for example `/api/unstable`; its routes are declared below it. */
  readonly prefix: string
  /**
   * Declares its routes and its error handler on a scope of its own. Bodies arrive parsed, strictly; browser and host
   * rules have been applied. What lies below the prefix and has no route, is no readable URL, or breaks those rules
   * comes to the error handler, as a `Problem`.
   */
  mount (http: Http): void | Promise<void>
  /** What its OpenAPI document says beside its routes; the document's file name is `<document>.json`. */
  readonly openapi: {
    readonly document: string
    readonly title: string
    readonly description: string
    readonly version: string
  }
}
