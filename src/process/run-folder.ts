import { randomBytes } from 'node:crypto'
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../folders.js'

const prefix = 'steward-run-'

/** Tells this process from an earlier one with the same pid, which is the rule in a container. */
const token = randomBytes(6).toString('hex')

/** Makes a folder for the output files of one run, readable by this user alone; makes `outputDir` too. */
export async function makeRunFolder (outputDir: string): Promise<string> {
  makeFolder(outputDir, 0o700)
  return await mkdtemp(join(outputDir, `${prefix}${process.pid}-${token}-`))
}

/**
 * Removes the folders that dead processes left in `outputDir`; nothing else in it is touched. Never rejects: what
 * cannot be removed is in nobody's way.
 */
export async function removeDeadRunFolders (outputDir: string): Promise<void> {
  const names = await readdir(outputDir).catch(() => [])
  for (const name of names) {
    if (isDead(name)) await removeOwn(join(outputDir, name)).catch(() => {})
  }
}

function isDead (name: string): boolean {
  const [, pidText, owner] = new RegExp(`^${prefix}(\\d+)-([0-9a-f]{12})-\\w{6}$`).exec(name) ?? []
  if (pidText === undefined || owner === token) return false
  const pid = Number(pidText)
  return pid === process.pid || !isAlive(pid)
}

function isAlive (pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

async function removeOwn (path: string): Promise<void> {
  const found = await lstat(path)
  if (found.isDirectory() && found.uid === process.getuid?.()) await rm(path, { recursive: true, force: true })
}
