import Database from 'better-sqlite3'
import { Problem } from '../domain/problem.js'

/** Why a database cannot be used, for the process's exit code. */
export type StoreTrouble = 'locked' | 'newer' | 'unusable' | 'io' | 'replaced'

/** The database cannot be used, now or any more. The message is one sentence that says what to do. */
export class StoreError extends Error {
  readonly trouble: StoreTrouble

  constructor (trouble: StoreTrouble, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'StoreError'
    this.trouble = trouble
  }
}

/**
 * Something in the database that Steward cannot have written: a row that is not as the laws say, JSON that is none. It
 * is never told as if it were true. The message says what was found.
 */
export class Damage extends Error {}

/** True for an error that says that what is in a database cannot be right. */
export function isDamage (error: unknown): boolean {
  return error instanceof Damage || (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT'))
}

/**
 * What an error during a write means for the others in the same transaction.
 * - `own`: the entry's own fault; the others are untouched
 * - `full`: no room; the transaction is gone, trying again later is right
 * - `busy`: another process holds the database; trying again later is right
 * - `fatal`: the database can no longer be trusted or written; the process has to end
 */
export type WriteFault = 'own' | 'full' | 'busy' | 'fatal'

const ownFaults = /^SQLITE_(CONSTRAINT|TOOBIG|RANGE|MISMATCH|ERROR)/

/** Classifies an error by its SQLite result code (https://sqlite.org/rescode.html). */
export function faultOf (error: unknown): WriteFault {
  if (error instanceof Damage) return 'fatal'
  if (!(error instanceof Database.SqliteError)) return 'own'
  if (ownFaults.test(error.code)) return 'own'
  // The shared-memory file of the write-ahead log is the first that cannot grow on a full disk.
  if (error.code === 'SQLITE_FULL' || error.code === 'SQLITE_IOERR_SHMSIZE') return 'full'
  if (/^SQLITE_(BUSY|LOCKED)/.test(error.code)) return 'busy'
  return 'fatal'
}

/** True for what a caller asked wrongly: the store did its part. */
export function isCallersFault (error: unknown): boolean {
  return error instanceof Problem && error.category !== 'full' && error.category !== 'unavailable'
}

/** What a caller is told of a fault that is not its own. */
export function problemOf (fault: Exclude<WriteFault, 'own'>, cause: unknown): Problem {
  return fault === 'full'
    ? new Problem('store-full', { cause, retryAfterSeconds: 10 })
    : new Problem('store-unavailable', { cause, retryAfterSeconds: 1 })
}

/** Says in one sentence why the database at `path` cannot be written for a while: nothing has to be started again. */
export function passingTrouble (fault: 'full' | 'busy', path: string): string {
  return fault === 'full'
    ? `The disk that holds ${path} is full. Free some space; nothing was lost, and what waits goes on by itself.`
    : `${path} is held by another program. Close it, or wait until it has finished; what waits goes on by itself.`
}

/** Says in one sentence why the database at `path` cannot be used. */
export function storeErrorOf (error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error
  const code = error instanceof Database.SqliteError ? error.code : (error as NodeJS.ErrnoException | null)?.code ?? ''
  const text = error instanceof Error ? error.message : String(error)
  const say = (trouble: StoreTrouble, sentence: string): StoreError => new StoreError(trouble, sentence, error)

  if (code.startsWith('SQLITE_NOTADB')) {
    return say('unusable', `${path} is not an SQLite database. Name another file with STEWARD_DB, or move this one away; it was not touched.`)
  }
  if (error instanceof Damage) {
    return say('unusable', `${path} is damaged (${text}). Stop, keep a copy, and restore a backup made with "steward backup"; nothing was changed.`)
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    // SQLite says the same of a page that is wrong and of one that the disk could not read (SQLITE_IOERR_CORRUPTFS).
    return say('unusable', `${path} is damaged, or the disk could not read it (${text}). Look at the system's log. If the disk is well, keep a copy, and restore a backup made with "steward backup"; nothing was changed.`)
  }
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'SQLITE_IOERR_SHMSIZE') {
    return say('unusable', `The disk that holds ${path} is full. Free some space and start again; nothing was lost.`)
  }
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EISDIR|ENOENT|EEXIST|ENAMETOOLONG)$/.test(code) || /^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code)) {
    return say('unusable', `${path} cannot be opened for writing (${text}). The file and its folder must be writable by this user.`)
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return say('locked', `${path} is held by another program. Close it, or wait until it has finished, and start again.`)
  }
  return say('io', `${path} could not be read or written (${code === '' ? '' : `${code}: `}${text}). Look at the disk and the system's log.`)
}
