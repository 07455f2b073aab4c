import type { TraceContext } from '../trace-context.js'

/** The trace of one request. */
export interface RequestTrace {
  /** What the actions that it asks for belong below. */
  readonly context: TraceContext
  /**
   * Whether `context` is a span that the agent itself records for the request: below `parent`, which is null where the
   * trace begins here. False: the context is the caller's.
   */
  readonly own: boolean
  readonly parent: TraceContext | null
}

/** Decides which trace a request belongs to. */
export interface Tracing {
  /** Called once for each request with the context that came with it. Cheap, and never throws. */
  begin (caller: TraceContext | null): RequestTrace | null
}

/** Traces of others pass through, and nothing is recorded. */
export const passingTraces: Tracing = {
  begin: caller => caller === null ? null : { context: caller, own: false, parent: null }
}
