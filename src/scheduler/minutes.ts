import type { Instant } from '../domain/clock.js'
import type { ActionState } from '../domain/lifecycle.js'

/** How long a minute is, in milliseconds. */
export const minuteMs = 60_000

/** How many minutes are kept: those of an hour. */
export const minutesKept = 60

/** What happened in one minute. */
export interface Minute {
  scheduled: number
  started: number
  done: number
  /** With those that never began. */
  failed: number
  /** Those that failed without having begun: cancelled, or of a kind that is gone. */
  dropped: number
}

/** The number of the minute that a moment is in. */
export function minuteOf (at: Instant): number {
  return Math.floor(at / minuteMs)
}

/** Counts a change of state. Progress is none. */
export function count (minute: Minute, from: ActionState | null, to: ActionState): void {
  if (from === to) return
  if (to === 'NEW') minute.scheduled++
  else if (to === 'RUNNING') minute.started++
  else if (to === 'DONE') minute.done++
  else {
    minute.failed++
    if (from === 'NEW') minute.dropped++
  }
}

/**
 * The minutes of the last hour, in a ring: the clock goes on by clearing the oldest. Nothing is allocated after the
 * beginning, since this stands in the way of every commit.
 */
export class Minutes {
  readonly #ring = Array.from({ length: minutesKept }, emptyMinute)
  #newest: number

  constructor (newest: number) {
    this.#newest = newest
  }

  /** The number of the newest minute. */
  get newest (): number {
    return this.#newest
  }

  /** The number of the oldest minute that is kept. */
  get oldest (): number {
    return this.#newest - minutesKept + 1
  }

  /** Makes another minute the newest. What lies out of the hour before it, or is ahead of it, is forgotten. */
  moveTo (minute: number): void {
    const from = Math.min(this.#newest, minute)
    const many = Math.min(Math.abs(minute - this.#newest), minutesKept)
    for (let step = 1; step <= many; step++) clear(this.#slot(from + step))
    this.#newest = minute
  }

  /** A minute by its number; undefined where it is not kept. */
  get (minute: number): Minute | undefined {
    return minute > this.#newest || minute < this.oldest ? undefined : this.#slot(minute)
  }

  #slot (minute: number): Minute {
    // Also of a clock that stands before 1970.
    return this.#ring[((minute % minutesKept) + minutesKept) % minutesKept]!
  }
}

function emptyMinute (): Minute {
  return { scheduled: 0, started: 0, done: 0, failed: 0, dropped: 0 }
}

function clear (minute: Minute): void {
  minute.scheduled = minute.started = minute.done = minute.failed = minute.dropped = 0
}
