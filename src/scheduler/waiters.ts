import type { Action } from '../domain/action.js'
import type { Effect } from '../domain/ports/store.js'

type Listener = (action: Action) => void

/** Callers that wait for an action, by its id. They cost nothing until a commit concerns them. */
export class Waiters {
  readonly #byId = new Map<string, Set<Listener>>()

  /** Tells whoever waits for the actions that a commit changed. */
  tell (effects: readonly Effect[]): void {
    if (this.#byId.size === 0) return
    for (const { action } of effects) {
      for (const listener of this.#byId.get(action.id) ?? []) listener(action)
    }
  }

  /**
   * Resolves with the first state of the action for which `enough` holds: `now`, or a later one.
   * Rejects with the signal's reason when that comes first.
   */
  until (now: Action, enough: (action: Action) => boolean, signal: AbortSignal): Promise<Action> {
    if (enough(now)) return Promise.resolve(now)
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#remove(now.id, listener)
        signal.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        end()
        reject(signal.reason)
      }
      const listener: Listener = action => {
        if (!enough(action)) return
        end()
        resolve(action)
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#add(now.id, listener)
    })
  }

  #add (id: string, listener: Listener): void {
    const listeners = this.#byId.get(id)
    if (listeners === undefined) this.#byId.set(id, new Set([listener]))
    else listeners.add(listener)
  }

  #remove (id: string, listener: Listener): void {
    const listeners = this.#byId.get(id)
    listeners?.delete(listener)
    if (listeners?.size === 0) this.#byId.delete(id)
  }
}
