import { randomBytes } from 'node:crypto'
import { lstat, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { syncFolder } from '../../../folders.js'
import { refusal } from '../refusal.js'
import { isMissingOrEmpty } from '../server-control.js'

/** Where a new data folder is made, and where the old one goes. All are on one file system. */
export interface DataFolders {
  /** The data folder itself, whatever links lead to it. */
  readonly data: string
  /** What holds clones while they are made. */
  readonly joining: string
  /** What the old data folder is called afterwards. */
  readonly before: string
}

/**
 * The places of a data folder for one action.
 * @throws PostgresqlError when the folder is a mount point: it cannot be moved
 */
export async function dataFoldersOf ({ dataDir, actionId }:
{ dataDir: string, actionId: string }): Promise<DataFolders> {
  const data = await realpath(dataDir).catch(() => resolve(dataDir))
  if (await deviceOf(data) !== await deviceOf(dirname(data))) {
    throw refusal(`${data} is a mount point, which cannot be moved aside. Let data_dir be a folder below it.`)
  }
  return { data, joining: `${data}.joining`, before: `${data}.before-${actionId}` }
}

/** A place for a new clone. No other run has it, also one whose program may not have ended yet. */
export function newClone ({ joining }: DataFolders): string {
  return join(joining, randomBytes(4).toString('hex'))
}

/** Removes all clones that did not become the data folder. Patient: a program that ends may write its last there. */
export async function removeClones ({ joining }: DataFolders): Promise<void> {
  await rm(joining, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

/** Where the old data goes: null when there is none. */
export async function placeOfOld ({ data, before }: DataFolders): Promise<string | null> {
  return await isMissingOrEmpty(data) ? null : before
}

/** A finished clone, and what becomes of the old data. */
export interface Swap {
  readonly folders: DataFolders
  readonly clone: string
  /** What `placeOfOld` said. */
  readonly before: string | null
}

/** How far a swap has come: `ready` to begin or to go on, `done`, or `lost` with the clone. */
export async function readSwap ({ folders: { data, before: aside }, clone, before }: Swap):
Promise<'ready' | 'done' | 'lost'> {
  if (await isThere(clone)) return 'ready'
  return !await isMissingOrEmpty(data) && (before === null || await isThere(aside)) ? 'done' : 'lost'
}

/**
 * Puts the clone in place of the data folder, durably, and keeps the old data. For a swap that is `ready`.
 * @throws PostgresqlError when something is in the way; the old data is then where it was
 */
export async function swapDataFolder (swap: Swap): Promise<void> {
  const { folders: { data, before: aside }, clone, before } = swap
  if (!await isMissingOrEmpty(data)) {
    if (before === null) throw refusal(`Something has come into ${data} meanwhile. It was left as it is.`)
    if (await isThere(aside)) throw refusal(`Both ${data} and ${aside} are there. They were left as they are.`)
    await move(data, aside)
  }
  await move(clone, data).catch(async (error: unknown) => {
    await putBack(swap)
    throw error
  })
}

/** Gives the old data its place again, where nothing has taken it. */
export async function putBack ({ folders: { data }, before }: Swap): Promise<void> {
  if (before !== null && await isThere(before) && await isMissingOrEmpty(data)) await move(before, data)
}

/** Renames a folder, also to where an empty one is. @throws PostgresqlError with what the system says */
async function move (from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
    for (const folder of new Set([dirname(from), dirname(to)])) await syncFolder(folder)
  } catch (error) {
    throw refusal(`The folder ${from} could not be renamed to ${to}.`, error)
  }
}

async function isThere (path: string): Promise<boolean> {
  return await lstat(path).then(() => true, () => false)
}

/** That of the folder above, where there is none at the path yet. */
async function deviceOf (path: string): Promise<number> {
  return (await stat(path).catch(async () => await stat(dirname(path)))).dev
}
