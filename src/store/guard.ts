import { statSync } from 'node:fs'
import { StoreError } from './errors.js'

/** How often the file is looked at while there is something to write. */
const everyMs = 1000

/**
 * Makes a check that the database file is still the one that was opened. SQLite goes on with a file that was removed or
 * replaced: what it acknowledged would be gone with the process.
 * @returns a function that throws StoreError `replaced`; it looks at most once a second
 */
export function createFileGuard (path: string, now: () => number): () => void {
  const opened = statSync(path)
  let looked = now()
  return () => {
    const moment = now()
    if (moment - looked < everyMs && moment >= looked) return
    looked = moment
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.ino !== opened.ino || found.dev !== opened.dev) {
      throw new StoreError('replaced', `${path} was ${found === undefined ? 'removed' : 'replaced by another file'} while Steward had it open. Put the original back, or start again with what is there now.`)
    }
  }
}
