import { open, rm } from 'node:fs/promises'
import type { BackupTarget } from '../../../backup-target.js'

/** The ends of the files that SQLite keeps beside a database. */
export const companionEnds = ['-journal', '-wal', '-shm'] as const

/** Begins an empty copy that this user alone may read, in place of what an earlier run has left. */
export async function beginPartial (target: BackupTarget): Promise<void> {
  await removePartial(target)
  await (await open(target.partial, 'wx', 0o600)).close()
}

/** Removes the unfinished copy, if there is one, and what SQLite keeps beside it. */
export async function removePartial ({ partial }: BackupTarget): Promise<void> {
  for (const end of ['', ...companionEnds]) await rm(partial + end, { force: true })
}
