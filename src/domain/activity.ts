import type { Instant } from './clock.js'
import type { LaneDepth } from './ports/store.js'

/** What happened in one minute, and how the queue was at its end. */
export interface ActivitySample {
  /** When the minute began: a whole minute of UTC. */
  readonly at: Instant
  /** Actions that were recorded. */
  readonly scheduled: number
  /** Actions that began to run. One that goes on after a restart of the agent does not begin again. */
  readonly started: number
  readonly done: number
  /** Actions that became FAILED, cancelled ones among them. */
  readonly failed: number
  /** Actions that waited at its end; in the running minute: that wait now. */
  readonly waiting: number
  /** Actions that ran at its end. */
  readonly running: number
}

/** What the agent did in the last hour. */
export interface Activity {
  /** Minute by minute, oldest first; the last is the running one. There is always that. */
  readonly samples: readonly ActivitySample[]
  /** How long each sample is, in milliseconds: a minute. */
  readonly stepMs: number
  /**
   * The beginning of the first minute whose sample is whole: of those before it less is known than there was. It may be
   * ahead of all samples.
   */
  readonly completeSince: Instant
  /** Lanes with anything in them, those that run first; there may be too many to tell of all. */
  readonly lanes: readonly LaneDepth[]
  /** How many lanes are left out of `lanes`. */
  readonly otherLanes: number
}

/** Tells what the agent did in the last hour. */
export interface ActivityReader {
  read (): Activity
}
