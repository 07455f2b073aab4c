import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { Damage } from './errors.js'

/** The files of a database, by what they add to its name. */
const endings = ['', '-wal', '-shm', '.lock']

/**
 * Refuses files that this user may not write: SQLite opens them for reading alone and says so with the first write.
 * @throws what the system says
 */
export function assertWritable (path: string): void {
  accessSync(dirname(path), constants.W_OK)
  for (const ending of endings) if (existsSync(path + ending)) accessSync(path + ending, constants.W_OK)
}

/**
 * Reads the whole database: its pages, whether the indexes have what the tables have, and whether the rows are as the
 * constraints say. What no check can find is a text that has become another one: SQLite has no checksums.
 * @throws Damage
 */
export function assertSound (database: Database.Database): void {
  const found = database.prepare<[], string>('pragma integrity_check(3)').pluck().all()
  if (found[0] === 'ok') return
  const lines = found.flatMap(text => text.split('\n')).filter(line => !line.startsWith('***'))
  throw new Damage(lines.slice(0, 3).join('; '))
}

/** Bytes that are read in about a second (measured: 4 ms for each MB). */
const quicklyReadBytes = 256 * 1024 * 1024

/**
 * Like `assertSound`, for a start, which must not take minutes: a database beyond 256 MiB is not looked at here, and
 * its damage is found when it is read. `steward check` reads any.
 * @throws Damage
 */
export function assertSoundIfSmall (database: Database.Database): void {
  const pages = database.pragma('page_count', { simple: true }) as number
  const pageBytes = database.pragma('page_size', { simple: true }) as number
  if (pages * pageBytes <= quicklyReadBytes) assertSound(database)
}
