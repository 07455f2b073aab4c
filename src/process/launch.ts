import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { loaderVariableIn } from '../domain/loader-variables.js'
import type { Command, CommandResult } from '../domain/ports/process.js'
import { findAccount, type Account } from './account.js'

type Argv = readonly [string, ...string[]]

/** A command as the system is told to start it. */
export interface Launch {
  readonly argv: Argv
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** The other user that it runs as; null: it runs as the agent's. */
  readonly account: Account | null
  /** True when `argv` begins with programs that prepare the process and then become the command. */
  readonly prepared: boolean
}

const passedOn = ['PATH', 'HOME', 'LANG', 'TZ'] as const

/**
 * How to start a command as its user and with its niceness. Both take a program in front, setpriv(1) and nice(1): Node
 * can become a user, but not join that user's groups. They replace themselves by the command, which so has their
 * process id, and whose exit is theirs.
 * @throws Error, with a sentence, when it cannot be started here
 */
export async function prepareLaunch ({ argv, env = {}, user, nice = 0 }: Command): Promise<Launch> {
  const account = user === undefined ? null : await otherAccount(user, env)
  const whole = { ...agentEnvironment(), ...account === null ? {} : identityOf(account), ...env }
  const before = [
    ...account === null ? [] : await becoming(account),
    ...nice === 0 ? [] : [await findTool('nice'), '-n', String(nice), '--']
  ]
  const [first, ...rest] = before
  if (first === undefined) return { argv, env: whole, account, prepared: false }
  if (!await isProgram(argv[0], whole['PATH'])) throw new Error(noProgram(argv[0]))
  return { argv: [first, ...rest, ...argv], env: whole, account, prepared: true }
}

/** What is said of a program that is not there. */
export function noProgram (program: string): string {
  return `there is no program "${program}"${program.includes('/') ? '' : ' in its PATH'}`
}

/**
 * Why a prepared command was not started, in the words of what prepared it; null when it was. By its exit code alone
 * that could not be told from a command of the same code.
 */
export function preparationFailure ({ exitCode, stderr, truncated }: CommandResult): string | null {
  if (exitCode === null || exitCode < 125 || exitCode > 127 || truncated.stderr) return null
  return /^(\/\S*\/)?(setpriv|nice): /.test(stderr) ? stderr.trim() : null
}

/** True when there is an executable file of this name, for whoever it is executable. */
export async function isProgram (program: string, path: string | undefined): Promise<boolean> {
  // Without PATH the C library looks into these.
  const folders = program.includes('/') ? [''] : (path ?? '/bin:/usr/bin').split(delimiter)
  for (const folder of folders) {
    const found = await stat(program.includes('/') ? program : join(folder, program)).catch(() => null)
    if (found?.isFile() === true && (found.mode & 0o111) !== 0) return true
  }
  return false
}

function agentEnvironment (): Record<string, string> {
  return Object.fromEntries(passedOn.flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  }))
}

function identityOf ({ name, home }: Account): Record<string, string> {
  return { HOME: home, USER: name, LOGNAME: name }
}

/** The account that the command's process has to become; null when that is the agent's already. */
async function otherAccount (name: string, env: Readonly<Record<string, string>>): Promise<Account | null> {
  const account = await findAccount(name)
  const own = process.getuid?.()
  if (account.uid === own) return null
  if (own !== 0) throw new Error(`only an agent that runs as root can run a command as another user, here as "${name}"`)
  const dangerous = loaderVariableIn(env)
  if (dangerous === undefined) return account
  throw new Error(`${dangerous} cannot be given to a command of another user: root would obey it on the way`)
}

async function becoming ({ uid, gid }: Account): Promise<string[]> {
  return [await findTool('setpriv'), '--reuid', String(uid), '--regid', String(gid), '--init-groups', '--']
}

/** In the agent's PATH, not in the command's: root runs it. */
async function findTool (name: 'setpriv' | 'nice'): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    const path = join(folder, name)
    if (await access(path, constants.X_OK).then(() => true, () => false)) return path
  }
  throw new Error(`the program "${name}" is needed for it and is not installed; it is part of ` +
    (name === 'nice' ? 'coreutils' : 'util-linux'))
}
