import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { CommandResult, CommandRunner } from '../../domain/ports/process.js'
import { passwordOf } from '../../server-login.js'
import type { PostgresqlSettings } from './settings.js'
import { PostgresqlError } from './trouble.js'

/** The programs of PostgreSQL that kinds work through. */
export type ProgramName = 'pg_basebackup' | 'pg_ctl' | 'pg_verifybackup'

/** Where a server is. */
export interface ServerAddress {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
}

/** One run of a program. */
export interface ProgramCall {
  readonly args: readonly string[]
  readonly signal: AbortSignal
  /** Whether it runs as the system user of the server, where one is configured; else as that of the agent. */
  readonly asServerUser?: boolean
  /** The server that it connects to, and the name under which the server knows it. Absent: it connects to none. */
  readonly connection?: { readonly server: ServerAddress, readonly applicationName: string }
}

/** How a program ended. */
export interface ProgramResult {
  readonly exitCode: number | null
  readonly stdout: string
  /** The last lines that it wrote as errors, without those that only tell progress. */
  readonly words: string[]
}

/** Runs the programs of PostgreSQL. */
export interface Programs {
  /**
   * Resolves when the program has ended, whatever its exit code.
   * @throws PostgresqlError when it cannot be started; the signal's reason once that is aborted and the program, with
   * its children, has been ended
   */
  run (name: ProgramName, call: ProgramCall): Promise<ProgramResult>
}

/** The name under which the server knows the connections of an action's programs. */
export function applicationNameOf ({ id }: { readonly id: string }): string {
  return `steward ${id}`
}

/**
 * Makes a runner of the programs in `bin_dir`. They get host, port and role as arguments, and the password in their
 * environment alone: every user of the machine may read arguments.
 */
export function createPrograms ({ settings, run, timeoutMs }:
{ settings: PostgresqlSettings, run: CommandRunner, timeoutMs: number }): Programs {
  return {
    async run (name, { args, signal, asServerUser = false, connection }) {
      signal.throwIfAborted()
      const program = settings.bin_dir === null ? name : join(settings.bin_dir, name)
      const login = connection === undefined ? [] : loginArgs(connection.server, settings)
      const env = connection === undefined ? {} : await environmentOf({ settings, timeoutMs, ...connection })
      const result = await withOwnEnd(signal, async end => await run.run({
        argv: asUser(asServerUser ? settings.os_user : null, [program, ...login, ...args]),
        // The programs say in English what is looked for below. The server does not see this: it has a setting for it.
        env: { ...env, LC_MESSAGES: 'C' },
        // The agent's own may be out of bounds for the other user.
        cwd: '/',
        signal: end
      }))
      signal.throwIfAborted()
      if (/cannot be run as root/.test(result.stderr)) throw refusesRoot(program, result)
      if (wasStarted(result)) return { exitCode: result.exitCode, stdout: result.stdout, words: wordsOf(result.stderr) }
      throw new PostgresqlError({
        sentence: `The program ${program} could not be run. Correct bin_dir or os_user of the datastore, or install the programs.`,
        unavailable: false,
        layers: result.startError === null ? wordsOf(result.stderr) : [result.startError],
        variant: null
      })
    }
  }
}

function refusesRoot (program: string, { stderr }: CommandResult): PostgresqlError {
  return new PostgresqlError({
    sentence: `The program ${program} refuses to run as root. Set os_user of the datastore to the user that owns data_dir.`,
    unavailable: false,
    layers: wordsOf(stderr),
    variant: null
  })
}

/** The error that a program's failure means. */
export function programError (sentence: string, { words }: ProgramResult): PostgresqlError {
  const unavailable = words.some(line => lostServer.test(line))
  return new PostgresqlError({ sentence, unavailable, layers: words, variant: null })
}

/** What libpq and pg_basebackup say when the server cannot be reached or goes away. */
const lostServer = new RegExp([
  'connection to server .* failed',
  'server closed the connection unexpectedly',
  'could not (receive|send|read) (data|copy data|COPY data|replication command|feedback packet)',
  'terminating (connection|walsender)',
  'the database system is (starting up|shutting down|in recovery)',
  'could not translate host name',
  'COPY stream ended'
].join('|'), 'i')

type Argv = readonly [string, ...string[]]

/** The command as another user runs it, with that user's limits, as a service has them. Only root may. */
function asUser (user: string | null, argv: Argv): Argv {
  return user === null || user === userInfo().username ? argv : ['runuser', '-u', user, '--', ...argv]
}

function loginArgs ({ host, port }: ServerAddress, { user }: PostgresqlSettings): string[] {
  return ['--host', host, '--port', String(port), '--username', user, '--no-password']
}

/** The environment variables of libpq: https://www.postgresql.org/docs/15/libpq-envars.html */
async function environmentOf ({ settings, timeoutMs, applicationName }:
{ settings: PostgresqlSettings, timeoutMs: number, applicationName: string }): Promise<Record<string, string>> {
  const password = await passwordOf(settings)
  return {
    PGAPPNAME: applicationName,
    // libpq takes 1 as 2.
    PGCONNECT_TIMEOUT: String(Math.max(2, Math.ceil(timeoutMs / 1000))),
    PGSSLMODE: settings.tls,
    // With `require` a file of authorities would make libpq verify. libpq of version 16 knows `system`.
    ...settings.tls === 'verify-full' ? { PGSSLROOTCERT: settings.tls_ca ?? 'system' } : {},
    ...password === undefined ? {} : { PGPASSWORD: password }
  }
}

/** A program is ended with the run that began it, also at a shutdown: the next run begins its own. */
async function withOwnEnd<T> (signal: AbortSignal, work: (end: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const end = (): void => { controller.abort('cancelled') }
  signal.addEventListener('abort', end)
  try {
    return await work(controller.signal)
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** With 126 and 127 runuser says, as a shell does, that there is no such program or that it may not be executed. */
function wasStarted ({ startError, exitCode, stderr }: CommandResult): boolean {
  return startError === null && exitCode !== 126 && exitCode !== 127 && !stderr.startsWith('runuser: ')
}

const mostWords = 20
const progressLine = /^(waiting for checkpoint|\s*\d+\/\d+ kB \(\d+%\).*|.* not removed at user's request|Session terminated, killing shell.*|)$/

function wordsOf (stderr: string): string[] {
  return stderr.split(/\r?\n|\r/).filter(line => !progressLine.test(line)).map(line => line.trim()).slice(-mostWords)
}
