import { setTimeout as delay } from 'node:timers/promises'
import type { ActionStore } from '../domain/ports/store.js'
import { Problem } from '../domain/problem.js'

/** How long to leave a database alone that another process holds. */
const busyMs = 200

/**
 * Writes something that has happened already and must not be forgotten: while the disk is full or the database is held,
 * it waits and tries again. Rejects with the signal's reason, or when the database is lost.
 */
export async function persist<T> (store: ActionStore, write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.code === 'store-full') await store.writable(signal)
      else if (error.code === 'store-unavailable' && store.trouble() === null) await delay(busyMs, undefined, { signal })
      else throw error
    }
  }
}
