import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../domain/clock.js'
import type { Logger } from '../domain/log.js'
import type { Observer } from '../domain/ports/observer.js'
import type { Component } from '../domain/ports/protocol.js'
import type { ActionStore } from '../domain/ports/store.js'

/** What the pruner is made of. */
export interface PrunerOptions {
  readonly store: ActionStore
  readonly clock: Clock
  readonly log: Logger
  readonly observer: Required<Observer>
  /** Finished actions that stay, however old. */
  readonly keep: number
  /** Milliseconds for which a finished action stays, however many there are. */
  readonly ageMs: number
  /** Milliseconds between two prunings. */
  readonly intervalMs: number
}

/** Between two steps the database belongs to everybody else for this long. */
const restMs = 10

/** Removes finished actions, once at the start and then at an interval, in small steps until done. */
export class Pruner implements Component {
  readonly name = 'pruner'
  readonly #options: PrunerOptions
  readonly #stopping = new AbortController()
  #loop: Promise<void> | null = null

  constructor (options: PrunerOptions) {
    this.#options = options
  }

  async start (): Promise<void> {
    this.#loop ??= this.#run()
  }

  async stop (): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  async #run (): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.prune()
      } catch (error) {
        if (!signal.aborted) this.#options.log.warn({ err: error }, 'pruning failed; it is tried again at the next interval')
      }
      // Not unref: the process has listeners to live by, and a test that forgets to stop should notice.
      await delay(this.#options.intervalMs, undefined, { signal }).catch(() => {})
    }
  }

  /** Prunes once, until nothing is left to remove. */
  async prune (): Promise<number> {
    const { store, clock, observer, keep, ageMs, log } = this.#options
    const { signal } = this.#stopping
    const began = performance.now()
    const before = clock.now() - ageMs
    let removed = 0
    for (;;) {
      const step = await store.prune({ keep, before })
      removed += step.removed
      if (!step.more || signal.aborted) break
      await delay(restMs, undefined, { signal }).catch(() => {})
    }
    observer.pruned({ removed, ms: performance.now() - began })
    if (removed > 0) log.info({ removed }, 'pruned finished actions')
    return removed
  }
}
