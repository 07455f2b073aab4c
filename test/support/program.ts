import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

/** The built program: `npm test` compiles it; before running a single file by hand, `npm run build` does. */
export const builtProgram = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** No command that ends by itself takes nearly as long. */
const longestRunMs = 60_000

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A running agent. */
export interface Program {
  /** Where it listens, for example `http://127.0.0.1:40123`. */
  readonly url: string
  readonly pid: number
  /** Sends a signal, SIGTERM unless told otherwise. */
  kill (signal?: NodeJS.Signals): void
  readonly exited: Promise<Exit>
  /** Everything it has written so far, to standard output and standard error. */
  output (): string
}

interface Start {
  /** The working directory: the default paths lie below it. A start in the folder of an earlier one finds its data. */
  readonly folder: string
  /** More arguments for `serve`. */
  readonly args?: readonly string[]
  /** More environment. Of the test's own environment only PATH and HOME are passed on. */
  readonly env?: Readonly<Record<string, string>>
  /** A command that runs the command that it is given, such as `setpriv --reuid=65534`: the program runs through it. */
  readonly through?: readonly string[]
  /** Another program than the one that was built here: the path of its `main.js`. */
  readonly program?: string
}

/** An agent that has been started and may not listen yet. */
export interface Launched extends Omit<Program, 'url'> {
  /** Resolves with its address as soon as it listens, or with null when it ends before. */
  readonly listening: Promise<string | null>
}

/** Starts the agent on a free port and does not wait for it. The test's end kills it. */
export function launchProgram (t: Test, { args = [], ...options }: Start): Launched {
  const child = start(['serve', '--bind', '127.0.0.1:0', ...args], options)
  const output = outputOf(child)
  const exited = exitOf(child)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const listens = Promise.race([listening(child), exited.then(() => null)])
  return { pid: child.pid ?? 0, kill: (signal = 'SIGTERM') => { child.kill(signal) }, exited, output, listening: listens }
}

/** Starts the agent on a free port; resolves when it listens, rejects when it ends before. The test's end kills it. */
export async function startProgram (t: Test, options: Start): Promise<Program> {
  const { listening, ...program } = launchProgram(t, options)
  const url = await listening
  if (url !== null) return { ...program, url }
  throw new Error(`The agent ended before it listened: ${JSON.stringify(await program.exited)}\n${program.output()}`)
}

/** What a command that ends by itself came to. */
export interface Ran extends Exit {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of the program, for example `['check']`, to its end. */
export async function runProgram (args: readonly string[], options: Omit<Start, 'args'>): Promise<Ran> {
  const child = start(args, options)
  // A command that should have been refused and runs instead must not outlive its test.
  const limit = setTimeout(() => { child.kill('SIGKILL') }, longestRunMs)
  child.once('close', () => { clearTimeout(limit) })
  const parts: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { parts.stdout += text })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { parts.stderr += text })
  return { ...await exitOf(child), ...parts }
}

/** A command that goes on until a test ends it. */
export interface RunningCommand {
  /** What it has written so far. */
  stdout (): string
  stderr (): string
  kill (signal: NodeJS.Signals): void
  readonly exited: Promise<Exit>
}

/** Starts a command of the program, for example `['events']`. The test's end kills it. */
export function startCommand (t: Test, args: readonly string[], options: Omit<Start, 'args'>): RunningCommand {
  const child = start(args, options)
  const parts: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { parts.stdout += text })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { parts.stderr += text })
  const exited = exitOf(child)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return { stdout: () => parts.stdout, stderr: () => parts.stderr, kill: signal => { child.kill(signal) }, exited }
}

function start (args: readonly string[], { folder, env = {}, through = [], program = builtProgram }: Omit<Start, 'args'>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  const [first = process.execPath, ...before] = [...through, process.execPath]
  return spawn(first, [...before, '--enable-source-maps', program, ...args], {
    cwd: folder, env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe']
  })
}

function outputOf (child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => { text += part })
  }
  return () => text
}

/** `close` rather than `exit`: the output is complete then. */
async function exitOf (child: ChildProcess): Promise<Exit> {
  const [code, signal] = await once(child, 'close') as [number | null, NodeJS.Signals | null]
  return { code, signal }
}

/** Resolves to the address in the log record that says that the agent listens. */
function listening (child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    if (!child.stdout) return
    createInterface({ input: child.stdout }).on('line', line => {
      // A program that is killed may have written half of its last line.
      if (!line.startsWith('{') || !line.endsWith('}')) return
      const record = JSON.parse(line) as { msg?: unknown, url?: unknown }
      if (record.msg === 'listening' && typeof record.url === 'string') resolve(record.url)
    })
  })
}
