import { statSync } from 'node:fs'
import { StoreError } from './errors.js'

/**
 * Makes a check that the database file is still the one that was opened. SQLite goes on with a file that was removed or
 * replaced: what it acknowledged would be gone with the process. So each write turn begins with it (measured: 3 µs).
 * @returns a function that throws StoreError `replaced`
 */
export function createFileGuard (path: string): () => void {
  const opened = statSync(path)
  return () => {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.ino !== opened.ino || found.dev !== opened.dev) {
      throw new StoreError('replaced', `${path} was ${found === undefined ? 'removed' : 'replaced by another file'} while Steward had it open. Put the original back, or start again with what is there now.`)
    }
  }
}
