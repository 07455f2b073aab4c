import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../folders.js'
import type { Account } from './account.js'

/** A folder of a command's own. */
export interface OwnFolder {
  /** Where these folders are. Made when needed; anybody may pass through it, nobody else may look into it. */
  readonly workDir: string
  readonly name: string
  /** Whose it is; null: the agent's. */
  readonly account: Account | null
}

/**
 * Makes the folder, for its user alone, unless it is there, and hands it to that user, should it be another's.
 * @returns its path
 * @throws what the system says
 */
export async function makeOwnFolder ({ workDir, name, account }: OwnFolder): Promise<string> {
  makeFolder(workDir, 0o711)
  const path = join(workDir, name)
  await mkdir(path, 0o700).catch((error: NodeJS.ErrnoException) => { if (error.code !== 'EEXIST') throw error })
  // Nothing is given away through a link.
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    const { uid } = await folder.stat()
    const [wanted, group] = account === null ? [process.getuid?.(), process.getgid?.()] : [account.uid, account.gid]
    if (uid !== wanted && wanted !== undefined && group !== undefined) await folder.chown(wanted, group)
  } finally {
    await folder.close()
  }
  return path
}
