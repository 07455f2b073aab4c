import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { abortReason } from '../domain/kind.js'
import type { Command, CommandResult, CommandRunner } from '../domain/ports/process.js'
import { openOutput } from './output.js'
import type { Output } from './output.js'
import { endGroup } from './process-group.js'
import { makeRunFolder, removeDeadRunFolders } from './run-folder.js'

/** How a command runner works. */
export interface CommandRunnerOptions {
  /** Where output files are kept while commands run. Made when needed; what dead agents left in it is removed. */
  readonly outputDir: string
  /** Milliseconds between SIGTERM and SIGKILL. Default 5,000. */
  readonly killAfterMs?: number
  /** Milliseconds between looks at the size of the output files. Default 500. */
  readonly watchMs?: number
}

const defaultKeepBytes = 64 * 1024
const passedOn = ['PATH', 'HOME', 'LANG', 'TZ'] as const
/** The longest wait that a timer can do; a longer limit is no limit. */
const longestTimerMs = 2 ** 31 - 1

/**
 * Makes a runner of commands. Each runs without a shell, in a process group of its own, with almost no environment, and
 * writes to files rather than pipes: what counts is that the command exits, not that some descendant of it closes its
 * output. What such a descendant writes after that is lost, and no longer bounded.
 */
export function createCommandRunner (options: CommandRunnerOptions): CommandRunner {
  const cleaned = removeDeadRunFolders(options.outputDir)
  return {
    async run (command) {
      await cleaned
      return await runCommand(command, options)
    }
  }
}

async function runCommand (command: Command, options: CommandRunnerOptions): Promise<CommandResult> {
  if (command.signal?.aborted === true) return refuseAborted(command.signal)
  const opened = await openOutputs(command, options.outputDir)
  if ('startError' in opened) return notStarted(opened.startError)
  const { folder, outputs } = opened

  const ending = await execute({ command, outputs, options }).catch(async (reason: unknown) => {
    // Left alone at shutdown: it still writes to its files, so they stay. The next agent removes them.
    await abandon(outputs)
    throw reason
  })
  try {
    const [stdout, stderr] = await Promise.all([outputs[0].finish(), outputs[1].finish()])
    return { ...ending, stdout: stdout.text, stderr: stderr.text, truncated: stdout.cut || stderr.cut }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function refuseAborted (signal: AbortSignal): CommandResult {
  if (abortReason(signal) === 'shutdown') throw signal.reason
  return notStarted(`it was not started: ${abortReason(signal)}`)
}

type Outputs = readonly [Output, Output]
type Ending = Pick<CommandResult, 'exitCode' | 'signal' | 'timedOut' | 'startError'>

async function openOutputs ({ keepBytes = defaultKeepBytes }: Command, outputDir: string):
Promise<{ folder: string, outputs: Outputs } | { startError: string }> {
  const opened: Output[] = []
  const open = async (path: string): Promise<Output> => {
    const output = await openOutput({ path, keepBytes })
    opened.push(output)
    return output
  }
  try {
    const folder = await makeRunFolder(outputDir)
    return { folder, outputs: [await open(join(folder, 'stdout')), await open(join(folder, 'stderr'))] }
  } catch (error) {
    await abandon(opened)
    return { startError: `its output files cannot be made: ${(error as Error).message}` }
  }
}

async function abandon (outputs: readonly Output[]): Promise<void> {
  await Promise.all(outputs.map(output => output.abandon()))
}

/** Starts the command and waits for its exit. Rejects with the signal's reason when it is to be left alone. */
async function execute ({ command, outputs, options }:
{ command: Command, outputs: Outputs, options: CommandRunnerOptions }): Promise<Ending> {
  const stopTrimming = keepTrimming(outputs, options.watchMs ?? 500)
  try {
    // Nothing is awaited between the start and the listening: an exit in between would go unheard.
    const ending = startAndFollow({ command, outputs, killAfterMs: options.killAfterMs ?? 5000 })
    await Promise.all([ending, ...outputs.map(output => output.handOver())])
    return await ending
  } finally {
    stopTrimming()
  }
}

function startAndFollow ({ command, outputs, killAfterMs }:
{ command: Command, outputs: Outputs, killAfterMs: number }): Promise<Ending> {
  try {
    const child = spawnGroup(command, outputs)
    return supervise({ child, command, killAfterMs }).finally(() => child.stdin?.destroy())
  } catch (error) {
    // Arguments that no program can be given: a NUL character, or more than the system takes.
    return Promise.resolve(startFailure((error as Error).message))
  }
}

function spawnGroup ({ argv: [program, ...args], cwd, env, stdin }: Command, [stdout, stderr]: Outputs): ChildProcess {
  const child = spawn(program, args, {
    detached: true,
    env: { ...agentEnvironment(), ...env },
    stdio: ['pipe', stdout.fd, stderr.fd],
    ...(cwd === undefined ? {} : { cwd })
  })
  // A command need not read what it is given: EPIPE is no trouble.
  child.stdin?.on('error', () => {})
  child.stdin?.end(stdin ?? '')
  return child
}

function agentEnvironment (): Record<string, string> {
  return Object.fromEntries(passedOn.flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  }))
}

function supervise ({ child, command, killAfterMs }:
{ child: ChildProcess, command: Command, killAfterMs: number }): Promise<Ending> {
  const { signal, timeoutMs, argv } = command
  return new Promise((resolve, reject) => {
    let timedOut = false
    let ended: Promise<void> | null = null
    const end = (why: string): void => {
      if (ended !== null || child.pid === undefined) return
      timedOut = why === 'timeout'
      ended = endGroup({ leader: child.pid, killAfterMs })
    }
    const onAbort = (): void => {
      const reason = signal === undefined ? 'cancelled' : abortReason(signal)
      if (reason !== 'shutdown') return end(reason)
      if (ended !== null) return
      release()
      child.unref()
      reject(signal?.reason)
    }
    const timer = timeoutMs === undefined ? undefined : setTimeout(end, Math.min(timeoutMs, longestTimerMs), 'timeout')
    const release = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    signal?.addEventListener('abort', onAbort)
    // An abort during the opening of the files came before there was a listener.
    if (signal?.aborted === true) onAbort()

    child.once('error', error => {
      release()
      resolve(startFailure(explainStart(argv[0], error)))
    })
    child.once('exit', (exitCode, exitSignal) => {
      release()
      Promise.resolve(ended).then(() => resolve({ exitCode, signal: exitSignal, timedOut, startError: null }), reject)
    })
  })
}

/** Looks at the files now and then, so that a command that never stops writing cannot fill the disk. */
function keepTrimming (outputs: Outputs, everyMs: number): () => void {
  const timer = setInterval(() => { for (const output of outputs) output.trim() }, everyMs)
  // It must not keep a stopping agent alive for a command that is left alone.
  timer.unref()
  return () => clearInterval(timer)
}

function explainStart (program: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT': return `there is no program "${program}", or its working folder does not exist`
    case 'EACCES': return `"${program}" may not be executed`
    default: return error.message
  }
}

function startFailure (startError: string): Ending {
  return { exitCode: null, signal: null, timedOut: false, startError }
}

function notStarted (startError: string): CommandResult {
  return { ...startFailure(startError), stdout: '', stderr: '', truncated: false }
}
