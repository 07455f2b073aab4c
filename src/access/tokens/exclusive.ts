import { closeSync, constants, fchownSync, fstatSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { TokenFileError } from './token-file.js'

/** How long somebody waits for the others, each of whom needs milliseconds. */
const patienceMs = 10_000

interface Exclusive {
  /** The file that stands for the lock. It stays. */
  readonly file: string
  /** Who has to be able to take the lock too; null: only who makes it. */
  readonly owner: { readonly uid: number, readonly gid: number } | null
}

/**
 * Does something while no other process does anything under the same lock. As for the store's own lock, it is a
 * transaction of SQLite, which the kernel ends with the process: a file that means "locked" would outlive `kill -9`.
 * @throws TokenFileError when the lock cannot be had
 */
export async function exclusively<T> ({ file, owner }: Exclusive, work: () => Promise<T>): Promise<T> {
  let lock: Database.Database | undefined
  try {
    makeLock({ file, owner })
    lock = new Database(file, { timeout: patienceMs })
    lock.exec('begin exclusive')
  } catch (error) {
    lock?.close()
    throw new TokenFileError('system', `the lock ${file} cannot be taken: ${(error as Error).message}`, error)
  }
  try {
    return await work()
  } finally {
    lock.close()
  }
}

/** Makes the file unless it is there, and gives it to its owner: the file itself, and nothing that a link leads to. */
function makeLock ({ file, owner }: Exclusive): void {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
  const lock = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600)
  try {
    if (fstatSync(lock).nlink > 1) throw new Error('the file has other names')
    if (owner !== null) fchownSync(lock, owner.uid, owner.gid)
  } finally {
    closeSync(lock)
  }
}
