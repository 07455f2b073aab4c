import { link, lstat, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JsonObject } from './domain/json.js'
import { done, failed } from './domain/kind.js'
import type { Outcome } from './domain/kind.js'
import { makeFolder, syncFolder } from './folders.js'

const control = '\\u0000-\\u001f\\u007f-\\u009f'
const part = `[^./\\\\${control}][^/\\\\${control}]*`

/** Of unfinished copies. */
const partialEnd = '.partial'

/** In characters. Names of 255 bytes are the longest that file systems take. */
const longestName = 200

/**
 * The schema of a name below the backup folder, such as `weekly/app.db`. Some ends are reserved: that of unfinished
 * copies, and what the datastore keeps beside its files. No folder may have them either, since it would be in the way.
 */
export function targetSchema (reservedEnds: readonly string[] = []) {
  const ends = [partialEnd, ...reservedEnds]
  return {
    type: 'string',
    maxLength: longestName,
    allOf: [
      {
        pattern: `^${part}(/${part})*$`,
        description: 'It is made of parts, divided by "/". None is empty, begins with a dot, or holds a backslash or a control character.'
      },
      {
        not: { pattern: `(${ends.map(end => end.replace('.', '\\.')).join('|')})(/|$)` },
        description: `No part ends in ${listed(ends)}.`
      }
    ]
  } as const
}

function listed (ends: readonly string[]): string {
  const [last = '', ...others] = [...ends].reverse()
  return others.length === 0 ? last : `${others.reverse().join(', ')} or ${last}`
}

/** Where a backup is made, and where it is published. */
export interface BackupTarget {
  /** The name below the backup folder, as the caller gave it. */
  readonly name: string
  readonly backupDir: string
  readonly path: string
  /** The unfinished copy. */
  readonly partial: string
}

/** The place of a name, valid by `targetSchema`, below the backup folder. Touches nothing. */
export function targetOf (backupDir: string, name: string): BackupTarget {
  const path = join(backupDir, name)
  return { name, backupDir, path, partial: path + partialEnd }
}

/**
 * Makes the folders of a target; publishing brings those below the backup folder to disk. Rejects when one of them is a
 * link or no folder: a link could lead out of the backup folder, which itself may well be one.
 */
export async function makeTargetFolder ({ name, backupDir }: BackupTarget): Promise<void> {
  const made = makeFolder(backupDir, 0o700)
  if (made !== undefined) await syncFolders({ from: dirname(backupDir), to: dirname(made) })
  let folder = backupDir
  for (const part of name.split('/').slice(0, -1)) {
    folder = join(folder, part)
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => { if (error.code !== 'EEXIST') throw error })
    if (!(await lstat(folder)).isDirectory()) throw new Error(`${folder} is not a folder`)
  }
}

/** True when there is anything under the final name. */
export async function isTaken ({ path }: BackupTarget): Promise<boolean> {
  return await inodeOf(path) !== null
}

/** What tells the unfinished copy from any other file, under whatever name. */
export async function identityOf ({ partial }: BackupTarget): Promise<string | null> {
  return await inodeOf(partial)
}

/** What a finished copy comes to: it is published, or its name is taken meanwhile. `payload` tells of it. */
export async function publishAs (target: BackupTarget, payload: JsonObject): Promise<Outcome> {
  return await publish(target) ? done(payload) : nameTaken(target)
}

/**
 * Ends the publishing of the copy that had this identity, which an interrupted run had begun; null when that copy is
 * lost, and has to be made again.
 * @throws the signal's reason, where it was aborted before the copy had its name
 */
export async function resumePublishing (target: BackupTarget, { identity, payload, signal }:
{ identity: string, payload: JsonObject, signal: AbortSignal }): Promise<Outcome | null> {
  switch (await readPublished(target, identity)) {
    case 'lost': return null
    case 'taken': return nameTaken(target)
    case 'done':
      await settlePublished(target)
      return done(payload)
    case 'ready':
      signal.throwIfAborted()
      return await publishAs(target, payload)
  }
}

/**
 * How far the publishing of a finished copy has come: `ready` to begin, `done` but perhaps not settled, `taken` when
 * another file has the name, `lost` when the copy is not there any more.
 */
async function readPublished ({ path, partial }: BackupTarget, identity: string):
Promise<'ready' | 'done' | 'taken' | 'lost'> {
  const final = await inodeOf(path)
  if (final !== null) return final === identity ? 'done' : 'taken'
  return await inodeOf(partial) === identity ? 'ready' : 'lost'
}

/**
 * Gives a finished copy, a file or a folder, its final name, durably. False when there is something under that name. It
 * makes a link where it can, since a link never replaces a file, as a rename would.
 */
async function publish (target: BackupTarget): Promise<boolean> {
  try {
    await link(target.partial, target.path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (!noLinks.has(code)) throw error
    if (await isTaken(target)) return false
    await rename(target.partial, target.path)
  }
  await settlePublished(target)
  return true
}

/**
 * Ends a publishing: takes the first name away, and brings the folders to disk. Harmless when repeated. All of them,
 * also those that were there: a run that has made one may have died before it came here.
 */
async function settlePublished ({ path, partial, backupDir }: BackupTarget): Promise<void> {
  await rm(partial, { force: true })
  await syncFolders({ from: dirname(path), to: backupDir })
}

/** Brings the entries of a folder, and of those above it up to `to`, to disk. */
async function syncFolders ({ from, to }: { from: string, to: string }): Promise<void> {
  await syncFolder(from)
  if (from !== to) await syncFolders({ from: dirname(from), to })
}

/** What a backup comes to whose name is taken. */
export function nameTaken ({ name }: BackupTarget): Outcome {
  return failed(`There is something named "${name}" in the backup folder already. It was left as it is.`, { variant: 'EEXIST' })
}

/** What file systems without hard links answer, and all of them for a folder. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** As text, since file systems use all 64 bits; null when there is nothing. */
async function inodeOf (path: string): Promise<string | null> {
  try {
    return String((await lstat(path, { bigint: true })).ino)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
