import { statSync } from 'node:fs'
import { TokenFileError } from './token-file.js'

/**
 * Does something in a folder as the user whose folder it is, when root does it: by links that it has there, that user
 * could lead root to any file. For everybody else it just does it. The whole process is that user meanwhile.
 * @throws TokenFileError when root may not become that user
 */
export async function asOwnerOf<T> (folder: string, work: () => Promise<T>): Promise<T> {
  const owner = statSync(folder, { throwIfNoEntry: false })
  if (owner === undefined || owner.uid === 0 || process.geteuid?.() !== 0) return await work()
  const giveBack = become(folder, owner)
  try {
    return await work()
  } finally {
    giveBack()
  }
}

/** Returns what makes the process root again. */
function become (folder: string, { uid, gid }: { readonly uid: number, readonly gid: number }): () => void {
  const before = { groups: process.getgroups!(), group: process.getegid!() }
  const giveBack = (): void => {
    process.seteuid!(0)
    process.setegid!(before.group)
    process.setgroups!(before.groups)
  }
  try {
    process.setgroups!([gid])
    process.setegid!(gid)
    process.seteuid!(uid)
    return giveBack
  } catch (error) {
    giveBack()
    throw new TokenFileError('system', `${folder} belongs to the user ${uid}, and root may not act as that user here: ` +
      `${(error as Error).message}. Run this as that user.`, error)
  }
}
