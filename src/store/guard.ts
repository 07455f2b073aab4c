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
  /** Of the contents. */
  readonly changed: number
  /** Of anything: the ctime. */
  readonly touched: number
}

function look (path: string): Seen | null {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return null
  return { inode: found.ino, device: found.dev, size: found.size, changed: found.mtimeMs, touched: found.ctimeMs }
}

/** For so many milliseconds after a change, another one may leave a folder's time as it is: some count in 2 seconds. */
const coarseMs = 2100

/** The files beside the database that are part of it while it is open. */
const companionWords = {
  '-wal': 'its write-ahead log',
  '-shm': 'the index of its write-ahead log',
  '.lock': 'its lock'
}

/**
 * Makes the watch over a database and the files beside it. SQLite goes on with files that were removed, replaced or
 * overwritten, and what it acknowledged then would be gone with the process; without the lock a second agent would
 * start. In WAL mode the database file itself changes only when a turn of ours folds the log back, so any other change
 * of it is somebody else's. Each write turn begins with this (measured: 3 µs a look).
 *
 * The files beside it are looked at only when something was made, removed or renamed in their folder, by the folder's
 * ctime, which nothing can set back. Linux (from 6.13 on) gives a file whose times somebody has read a finer time with
 * its next change, and that has to be synced too: a look at the log in each turn made each commit a third slower.
 */
export function createFileGuard (path: string, now = Date.now): FileGuard {
  const folder = dirname(path)
  let database = look(path)
  const companions = Object.entries(companionWords).map(([ending, words]) => {
    const file = `${path}${ending}`
    return { file, words, known: look(file) }
  })
  /** The folder, as it was when all was found to be ours and no change could go unseen any more. */
  let settled: Seen | null = null
  const refuse = (what: string, before = ''): never => {
    throw new StoreError('replaced',
      `${what} while Steward had it open. Put the original back, or start again with what is there now${before}.`)
  }
  // SQLite cannot tell whose log it is, and would write it into the other database.
  const withoutLog = `: then first remove ${path}-wal and ${path}-shm, which belong to the original`
  /** The database file, as it is now. */
  const ours = (): Seen => {
    const found = look(path)
    if (found === null) return refuse(`${path} was removed`)
    if (database === null || found.inode !== database.inode || found.device !== database.device) {
      return refuse(`${path} was replaced by another file`, withoutLog)
    }
    return found
  }
  const checkCompanions = (): void => {
    const around = look(folder)
    if (around !== null && around.touched === settled?.touched && around.inode === settled.inode) return
    for (const companion of companions) {
      const { file, words, known } = companion
      const found = look(file)
      if (known !== null && found?.inode !== known.inode) refuse(`${file}, ${words}, was removed or replaced`)
      companion.known = found
    }
    settled = around !== null && Math.abs(now() - around.touched) > coarseMs ? around : null
  }
  return {
    check () {
      const found = ours()
      if (found.size !== database?.size || found.changed !== database.changed) {
        return refuse(`${path} was changed by another program`, withoutLog)
      }
      checkCompanions()
    },
    accept () {
      database = ours()
      for (const companion of companions) companion.known ??= look(companion.file)
    }
  }
}
