import type Database from 'better-sqlite3'
import type { ActionState } from '../domain/lifecycle.js'
import type { Effect, LaneDepth } from '../domain/ports/store.js'

/**
 * How many actions wait and run in each lane: counted once when the store opens, then kept up to date after each
 * commit, so that neither the queue limit nor a metric ever counts rows.
 */
export class Depth {
  readonly #lanes = new Map<string, { waiting: number, running: number }>()
  #queued = 0

  constructor (database: Database.Database) {
    // The planner would take the index that begins with the state, and sort: 194 ms for 100,000 rows instead of 4.
    const count = (state: 'NEW' | 'RUNNING', index: string): Array<{ lane: string, n: number }> =>
      database.prepare<[], { lane: string, n: number }>(
        `select lane, count(*) as n from action indexed by ${index} where state = '${state}' group by lane`).all()
    for (const { lane, n } of count('NEW', 'action_waiting')) this.#change(lane, n, 0)
    for (const { lane, n } of count('RUNNING', 'action_one_running')) this.#change(lane, 0, n)
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
