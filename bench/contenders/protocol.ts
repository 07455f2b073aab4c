/** What the harness can ask of a contender in its own process: one JSON line each. Times are in milliseconds. */
export type Command =
  /** Adds jobs for some time, so many at once; answers with the number per second. */
  | { readonly do: 'schedule', readonly inFlight: number, readonly ms: number }
  /** Fills a backlog within a time, then works it off within another; answers with the jobs per second. */
  | { readonly do: 'drain', readonly jobs: number, readonly fillMs: number, readonly ms: number }
  /** The same as `schedule`, 64 at once, while a worker works; answers with `Both`. */
  | { readonly do: 'both', readonly ms: number }
  /** Adds one job at a time to an idle queue, for some time; answers with the time from each call to its handler. */
  | { readonly do: 'pickup', readonly jobs: number, readonly ms: number }
  /** Opens its HTTP server, with a worker or without; answers with the URL to post to. */
  | { readonly do: 'serve', readonly work: boolean }
  /** Answers with the jobs that handlers have begun with so far. */
  | { readonly do: 'handled' }

/** Jobs per second, each way. */
export interface Both {
  readonly scheduled: number
  readonly handled: number
}

/** What came of it. `absent`: it cannot run on this machine. */
export type Answer = { readonly value: unknown } | { readonly error: string, readonly absent: boolean }
