import type Database from 'better-sqlite3'
import type { ActionState } from '../domain/lifecycle.js'
import type { Effect, LaneDepth } from '../domain/ports/store.js'
import type { Lookups } from './lookups.js'

/**
 * How many actions wait and run in each lane: counted once when the store opens, then kept up to date after each
 * commit, so that neither the queue limit nor a metric ever counts rows.
 */
export class Depth {
  readonly #lanes = new Map<string, { waiting: number, running: number }>()
  #queued = 0

  constructor (database: Database.Database, { firstOf }: Pick<Lookups, 'firstOf'>) {
    const counted = database.prepare<[], { lane: string, n: number }>(
      'select lane, count(*) as n from action indexed by action_open where finished_at is null group by lane').all()
    for (const { lane, n } of counted) {
      const running = firstOf.get(lane)?.state === 'RUNNING' ? 1 : 0
      this.#change(lane, n - running, running)
    }
  }

  /** Waiting and running together, over all lanes. */
  get queued (): number {
    return this.#queued
  }

  lanes (): LaneDepth[] {
    return [...this.#lanes].map(([lane, depth]) => ({ lane, ...depth }))
  }

  /** Follows what a commit changed. */
  follow (effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'transition' || effect.from === effect.event.state) continue
      const { from, action: { lane }, event: { state } } = effect
      const change = (which: ActionState): number => Number(state === which) - Number(from === which)
      this.#change(lane, change('NEW'), change('RUNNING'))
    }
  }

  #change (lane: string, waiting: number, running: number): void {
    const depth = this.#lanes.get(lane) ?? { waiting: 0, running: 0 }
    depth.waiting += waiting
    depth.running += running
    this.#queued += waiting + running
    if (depth.waiting === 0 && depth.running === 0) this.#lanes.delete(lane)
    else this.#lanes.set(lane, depth)
  }
}
