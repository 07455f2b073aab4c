import type { ActionStore } from '../domain/ports/store.js'
import { Problem } from '../domain/problem.js'
import { sleep } from '../timers.js'

/** How long to leave a database alone that another process holds. */
const busyMs = 200

/** What persisting works with. */
export interface Persistence {
  readonly store: ActionStore
  /** Gives up; the write is then not done. */
  readonly signal: AbortSignal
  /** Called each time that it has to wait, and for what. */
  readonly onWait?: (code: 'store-full' | 'store-unavailable') => void
}

/**
 * Writes something that must not be forgotten: while the disk is full or another process holds the database, it waits
 * and tries again. Rejects with the signal's reason, when the database is lost, or with the write's own error.
 */
export async function persist<T> ({ store, signal, onWait }: Persistence, write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!(error instanceof Problem) || store.lost) throw error
      if (error.code !== 'store-full' && error.code !== 'store-unavailable') throw error
      onWait?.(error.code)
      if (error.code === 'store-full') await store.writable(signal)
      else await sleep(busyMs, signal)
    }
  }
}
