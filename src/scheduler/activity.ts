import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Activity, ActivityReader, ActivitySample } from '../domain/activity.js'
import type { Clock } from '../domain/clock.js'
import type { Logger } from '../domain/log.js'
import type { Component } from '../domain/ports/protocol.js'
import type { ActionStore, Effect, LaneDepth, MoveBatch } from '../domain/ports/store.js'
import { count, minuteMs, minuteOf, Minutes } from './minutes.js'

/** What the activity is made of. */
export interface ActivityOptions {
  readonly store: Pick<ActionStore, 'lanes' | 'lastEvent' | 'movesUntil' | 'onCommit'>
  readonly clock: Clock
  readonly log: Logger
  /** How much of the history is read after a start: one step holds the event loop for some milliseconds. */
  readonly limits?: { readonly step: number, readonly all: number }
}

/** Lanes that are told of, at most. */
const lanesTold = 100

/** A clock that is put back by as little as this counts on in the minute in which it was. */
const smallStepMinutes = 1

/**
 * What the agent did in the last hour: counted from each commit, and, for what was before its start, from the history,
 * newest first and in small steps.
 */
export class ActivityLog implements ActivityReader, Component {
  readonly name = 'activity'
  readonly #options: ActivityOptions
  readonly #minutes: Minutes
  readonly #stopping = new AbortController()
  /** The first minute that is whole, as far as the history has been read. */
  #whole: number
  /** The first minute that is whole after the clock was put back. */
  #wholeSinceJump = -Infinity
  #unsubscribe: (() => void) | null = null
  #filling: Promise<void> | null = null

  constructor (options: ActivityOptions) {
    this.#options = options
    const now = minuteOf(options.clock.now())
    this.#minutes = new Minutes(now)
    this.#whole = now + 1
  }

  /** Begins to count, and to read the history: that goes on after this has resolved. */
  async start (): Promise<void> {
    if (this.#unsubscribe !== null || this.#stopping.signal.aborted) return
    const { store } = this.#options
    this.#follow()
    this.#whole = this.#minutes.newest + 1
    // Nothing is committed between the two: what comes after the position is told, and what is up to it is read.
    this.#unsubscribe = store.onCommit(effects => { this.#committed(effects) })
    this.#filling = this.#fill(store.lastEvent())
  }

  async stop (): Promise<void> {
    this.#stopping.abort()
    this.#unsubscribe?.()
    await this.#filling
  }

  read (): Activity {
    this.#follow()
    const { oldest } = this.#minutes
    const all = this.#options.store.lanes()
    const lanes = shown(all)
    return {
      samples: this.#samples(all),
      stepMs: minuteMs,
      completeSince: Math.max(this.#whole, this.#wholeSinceJump, oldest) * minuteMs,
      lanes,
      otherLanes: all.length - lanes.length
    }
  }

  /** Backwards from the queue as it is now. What is not known of the time before may lead below nothing. */
  #samples (lanes: readonly LaneDepth[]): ActivitySample[] {
    const { oldest, newest } = this.#minutes
    const samples: ActivitySample[] = []
    let waiting = lanes.reduce((sum, lane) => sum + lane.waiting, 0)
    let running = lanes.reduce((sum, lane) => sum + lane.running, 0)
    for (let number = newest; number >= oldest; number--) {
      const { dropped, ...counts } = this.#minutes.get(number)!
      samples.push({ at: number * minuteMs, ...counts, waiting: Math.max(0, waiting), running: Math.max(0, running) })
      waiting += counts.started + dropped - counts.scheduled
      running += counts.done + counts.failed - dropped - counts.started
    }
    return samples.reverse()
  }

  /** Goes to the minute that the clock shows. */
  #follow (): void {
    const now = minuteOf(this.#options.clock.now())
    const ahead = now - this.#minutes.newest
    if (ahead === 0 || (ahead < 0 && ahead >= -smallStepMinutes)) return
    this.#minutes.moveTo(now)
    if (ahead < 0) this.#wholeSinceJump = now + 1
  }

  /** Called for every commit of the agent: it counts, and makes nothing. */
  #committed (effects: readonly Effect[]): void {
    this.#follow()
    const minute = this.#minutes.get(this.#minutes.newest)!
    for (const effect of effects) {
      if (effect.type === 'transition') count(minute, effect.from, effect.event.state)
    }
  }

  async #fill (newest: number): Promise<void> {
    const { store, log, limits = { step: 1000, all: 200_000 } } = this.#options
    const { signal } = this.#stopping
    try {
      let position = newest
      for (let read = 0; read < limits.all; read += limits.step) {
        await nextTurn()
        if (signal.aborted) return
        const batch = store.movesUntil(position, limits.step)
        if (!this.#take(batch, limits.step)) return
        position = batch.moves.at(-1)!.seq - 1
      }
    } catch (error) {
      // The work goes on without; a store that is lost has said so itself.
      log.warn({ err: error }, 'the history of the last hour could not be read')
    }
  }

  /** Counts a stretch of the history; false when nothing before it is wanted, or is to be had. */
  #take ({ moves, gap }: MoveBatch, step: number): boolean {
    let isOld = true
    for (const { at, from, to } of moves) {
      const number = minuteOf(at)
      if (number >= this.#minutes.oldest) isOld = false
      const minute = this.#minutes.get(number)
      if (minute !== undefined) count(minute, from, to)
      // From a clock that was ahead of this one.
      else if (number > this.#minutes.newest) this.#wholeSinceJump = this.#minutes.newest + 1
    }
    const last = moves.at(-1)
    if (last !== undefined) this.#whole = minuteOf(last.at) + 1
    // A clock may have been put back in between, so that some of the hour still comes before a few that are older.
    const isEnd = moves.length < step
    if (isEnd ? !gap : isOld) this.#whole = -Infinity
    return !isEnd && !isOld
  }
}

/** Those in which something runs come first: of them there are a handful. */
function shown (lanes: readonly LaneDepth[]): LaneDepth[] {
  if (lanes.length <= lanesTold) return [...lanes].sort((a, b) => b.running - a.running)
  const [running, others] = [lanes.filter(lane => lane.running > 0), lanes.filter(lane => lane.running === 0)]
  return [...running, ...others].slice(0, lanesTold)
}
