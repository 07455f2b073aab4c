import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connections } from './connections.js'
import { programError } from './programs.js'
import type { Programs, ProgramResult } from './programs.js'
import { refusal } from './refusal.js'

/**
 * How a server is stopped: `fast` ends its connections, `smart` waits until their owners end them, `immediate` is a
 * crash, after which the server recovers when it is started again.
 */
export type StopMode = 'fast' | 'smart' | 'immediate'

/** Starts and stops the server whose data folder this is. */
export interface ServerControl {
  readonly dataDir: string
  /**
   * The process id of the server that runs on the folder; null when none does, also where there is no such folder.
   * @throws PostgresqlError when that cannot be told; the signal's reason
   */
  pid (signal: AbortSignal): Promise<number | null>
  /** Stops the server, and waits until it has stopped, but not longer than `timeoutSeconds`. @throws as `pid` */
  stop (options: { mode: StopMode, timeoutSeconds: number, signal: AbortSignal }): Promise<void>
  /**
   * Starts a server that listens at the port, and waits until it takes connections, or is only busy with recovery.
   * @throws as `pid`, also when it ends again
   */
  start (options: { port: number, logFile: string, signal: AbortSignal }): Promise<void>
}

/** Exit codes of `pg_ctl status`: https://www.postgresql.org/docs/15/app-pg-ctl.html */
const status = { runs: 0, stopped: 3, noDataFolder: 4 } as const

/** How long pg_ctl waits for a server that starts; one that recovers may well take longer. */
const startSeconds = 60

/** Makes the control of the server on `dataDir`, an absolute path. */
export function createServerControl ({ programs, dataDir }: { programs: Programs, dataDir: string }): ServerControl {
  const control = async (args: readonly string[], signal: AbortSignal): Promise<ProgramResult> =>
    await programs.run('pg_ctl', { args: [...args, '--pgdata', dataDir], signal, asServerUser: true })

  const pid = async (signal: AbortSignal): Promise<number | null> => {
    const result = await control(['status'], signal)
    if (result.exitCode === status.stopped) return null
    if (result.exitCode === status.noDataFolder && await isMissingOrEmpty(dataDir)) return null
    const [, found] = /\(PID: (\d+)\)/.exec(result.stdout) ?? []
    if (result.exitCode === status.runs && found !== undefined) return Number(found)
    throw programError(`Whether a server runs on ${dataDir} cannot be told. Correct data_dir, or the permissions of the folder.`, result)
  }

  return {
    dataDir,
    pid,
    async stop ({ mode, timeoutSeconds, signal }) {
      const result = await control(['stop', '--mode', mode, '--wait', '--timeout', String(timeoutSeconds)], signal)
      if (result.exitCode === 0 || await pid(signal) === null) return
      throw programError(`The server did not stop within ${timeoutSeconds} s. It may still do so; see its log.`, result)
    },
    async start ({ port, logFile, signal }) {
      const result = await control(
        ['start', '--wait', '--timeout', String(startSeconds), '--log', logFile, '--options', `-p ${port}`], signal)
      if (result.exitCode === 0 || await pid(signal) !== null) return
      const words = [...result.words, ...await lastLines(logFile)]
      throw programError(`The server does not start. Its log, ${logFile}, says why.`, { ...result, words })
    }
  }
}

/** How much of the end of a log is told. */
const logEnd = { bytes: 4096, lines: 10 } as const

/** The last lines of a log; nothing where it cannot be read. */
export async function lastLines (path: string): Promise<string[]> {
  const file = await open(path).catch(() => null)
  if (file === null) return []
  try {
    const { size } = await file.stat()
    const position = Math.max(0, size - logEnd.bytes)
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(logEnd.bytes), position })
    return buffer.toString('utf8', 0, bytesRead).split('\n').filter(line => line !== '').slice(-logEnd.lines)
  } finally {
    await file.close()
  }
}

/** True when there is nothing at a path, or an empty folder. */
export async function isMissingOrEmpty (path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw error
  }
}

/** @throws PostgresqlError unless there is nothing at the path, an empty folder, or a data folder of PostgreSQL */
export async function requireDataFolder (path: string): Promise<void> {
  if (await isMissingOrEmpty(path)) return
  try {
    await stat(join(path, 'PG_VERSION'))
  } catch (error) {
    throw refusal(`${path} is no data folder of PostgreSQL, so it was left as it is. Correct data_dir.`, error)
  }
}

/**
 * Finds a configuration that names two servers: to say that one has stopped, while the other serves, would be a lie.
 * @throws PostgresqlError when a server answers although none runs on the data folder
 */
export async function requireSilence ({ dataDir }: ServerControl, connections: Pick<Connections, 'query'>):
Promise<void> {
  const answers = await connections.query('select 1').then(() => true, () => false)
  if (!answers) return
  throw refusal(`No server runs on ${dataDir}, yet one answers at the configured host and port. Correct these or data_dir.`)
}
