import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from './errors.js'

/** Watches that nobody else touches the database files. */
export interface FileGuard {
  /** To be called before writing. Throws StoreError `replaced`. */
  check (): void
  /**
   * To be called after a commit, before anybody is told of it: takes the file's size and time as they are now for ours.
   * Throws StoreError `replaced` when it is another file, which may have come in the middle of writing.
   */
  accept (): void
}

interface Seen {
  readonly inode: number
  readonly device: number
  readonly size: number
  readonly changed: number
}

function look (path: string): Seen | null {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? null : { inode: found.ino, device: found.dev, size: found.size, changed: found.mtimeMs }
}

/** For so many milliseconds after a change, another one may leave a folder's time as it is. */
const coarseMs = 100

/**
 * Makes the watch over a database and its write-ahead log. SQLite goes on with files that were removed, replaced or
 * overwritten, and what it acknowledged then would be gone with the process. In WAL mode the database file itself
 * changes only when a turn of ours folds the log back, so any other change of it is somebody else's. Each write turn
 * begins with this (measured: 3 µs a look).
 *
 * The log is looked at only when something was made, removed or renamed in its folder. Linux (from 6.13 on) gives a
 * file whose times somebody has read a finer time with its next change, and that has to be synced too: a look at the
 * log in each turn made each commit a third slower.
 */
export function createFileGuard (path: string): FileGuard {
  const folder = dirname(path)
  const log = `${path}-wal`
  let database = look(path)
  let knownLog = look(log)
  /** The time of the folder's last change after which the log was found to be ours. */
  let settled: number | null = null
  const refuse = (what: string): never => {
    throw new StoreError('replaced',
      `${what} while Steward had it open. Put the original back, or start again with what is there now.`)
  }
  /** The database file, as it is now. */
  const ours = (): Seen => {
    const found = look(path)
    if (found === null) return refuse(`${path} was removed`)
    if (database === null || found.inode !== database.inode || found.device !== database.device) {
      return refuse(`${path} was replaced by another file`)
    }
    return found
  }
  const checkLog = (): void => {
    const changed = look(folder)?.changed ?? null
    if (changed !== null && changed === settled) return
    const found = look(log)
    if (knownLog !== null && found?.inode !== knownLog.inode) refuse(`${log}, its write-ahead log, was removed or replaced`)
    knownLog = found
    settled = changed !== null && Math.abs(Date.now() - changed) > coarseMs ? changed : null
  }
  return {
    check () {
      const found = ours()
      if (found.size !== database?.size || found.changed !== database.changed) {
        return refuse(`${path} was changed by another program`)
      }
      checkLog()
    },
    accept () {
      database = ours()
      knownLog ??= look(log)
    }
  }
}
