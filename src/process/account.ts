import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A user of this machine. */
export interface Account {
  readonly name: string
  readonly uid: number
  /** The user's first group. */
  readonly gid: number
  readonly home: string
}

/** With this getent says that there is no such entry. */
const notFound = 2

/**
 * The user of this name, wherever the machine has its users from: getent(1) asks what the system asks.
 * @throws Error, with a sentence, when there is none or when that cannot be told
 */
export async function findAccount (name: string): Promise<Account> {
  const entry = await promisify(execFile)('getent', ['passwd', '--', name]).catch((error: Error & { code?: unknown }) => {
    throw new Error(error.code === notFound
      ? `there is no user "${name}" on this machine`
      : `the user "${name}" cannot be looked up: ${error.message.trim()}`)
  })
  // passwd(5): name, password, uid, gid, comment, home, shell.
  const [found, , uid, gid, , home] = entry.stdout.trimEnd().split(':')
  if (found !== name || home === undefined) throw new Error(`there is no user "${name}" on this machine`)
  return { name, uid: Number(uid), gid: Number(gid), home }
}
