import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { makeFolder } from '../folders.js'

/**
 * Brings a file's contents, or a folder's entries, to disk.
 * @throws what the system says
 */
export function syncNow (path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Makes a folder and those above it, where there are none, so that they outlive a loss of power: SQLite syncs what is
 * in the folder of a database, and nobody the folder's own name.
 * @throws what the system says
 */
export function makeLastingFolder (path: string): void {
  const topmost = makeFolder(path)
  if (topmost === undefined) return
  for (let made = resolve(path); ; made = dirname(made)) {
    syncEntries(dirname(made))
    // With `..` behind a folder that was missing, the topmost is none of those above.
    if (made === resolve(topmost) || made === dirname(made)) return
  }
}

/**
 * Brings a folder's entries to disk; does without, as SQLite does, where the folder cannot be read or its file system
 * knows no such thing.
 * @throws what the system says
 */
export function syncEntries (folder: string): void {
  try {
    syncNow(folder)
  } catch (error) {
    if (!/^(EACCES|EINVAL|ENOTSUP)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
