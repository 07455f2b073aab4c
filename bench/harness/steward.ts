import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.mjs'

/** The built program as it ships: default settings, metrics and events on, the log of level info in a file. */
export interface RunningSteward {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string
  readonly pid: number
  /** Its database. */
  readonly database: string
  /** Milliseconds from the start of the process to its first answer. */
  readonly startMs: number
  /** Makes a token that may do everything. */
  createToken (): string
  /** SIGTERM, and the end. */
  stop (): Promise<void>
}

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/**
 * Starts the program in a folder; a database that lies there already is used. Two settings are not the default: the
 * length of the queue, since a minute of load fills 100,000 places, and that tokens are taken. Resolves with the first
 * answer of `/readyz`.
 */
export async function startSteward (folder: string): Promise<RunningSteward> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const logFile = join(folder, 'steward.log')
  const log = openSync(logFile, 'w')
  const { PATH = '', HOME = '' } = process.env
  const tokens = join(folder, 'tokens.json')
  const env = { PATH, HOME, STEWARD_ACTIONS_QUEUE_LIMIT: '10000000', STEWARD_ACCESS_TOKENS_FILE: tokens }
  const began = performance.now()
  const child = spawn(process.execPath, [program, 'serve', '--bind', `127.0.0.1:${port}`], {
    cwd: folder, stdio: ['ignore', log, log], env
  })
  closeSync(log)
  while (!await answers(`${url}/readyz`)) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended: ${readFileSync(logFile, 'utf8').slice(-2000)}`)
    await setTimeout(2)
  }
  const startMs = performance.now() - began
  const createToken = (): string => {
    const args = [program, 'token', 'create', '--name', 'bench', '--scope', 'admin']
    return execFileSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' }).trim()
  }
  const database = databaseIn(folder)
  return { url, pid: child.pid ?? 0, database, startMs, createToken, stop: async () => await stop(child) }
}

/** Where the program keeps its database by default. */
export function databaseIn (folder: string): string {
  return join(folder, 'data', 'steward.db')
}

async function answers (url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

async function stop (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Starts the program, has something measured with it, and stops it, also when that fails. */
export async function withSteward<T> (folder: string, use: (steward: RunningSteward) => Promise<T>): Promise<T> {
  const steward = await startSteward(folder)
  try {
    return await use(steward)
  } finally {
    await steward.stop()
  }
}
