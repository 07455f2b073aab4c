import { mkdirSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it, like `mkdir -p`; returns the topmost that was made, undefined when all were there.
 * Node's own spins for ever where the system says ENOENT of a folder whose parent exists, as in `/proc`.
 * @throws what the system says
 */
export function makeFolder (path: string, mode = 0o777): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory() === true) return undefined
  const above = found === undefined ? makeFolder(dirname(path), mode) : undefined
  try {
    mkdirSync(path, mode)
  } catch (error) {
    // Somebody else may have been faster.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
  return above ?? path
}

/**
 * Brings the entries of a folder to disk: what was made, renamed or removed in it outlives a crash of the machine.
 * @throws what the system says
 */
export async function syncFolder (path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
