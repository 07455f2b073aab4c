import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { abortReason } from '../domain/kind.js'
import type { Command, CommandResult, CommandRunner } from '../domain/ports/process.js'
import { setLongTimer } from '../timers.js'
import { endGroup } from './process-group.js'
import { openRunFiles } from './run-files.js'
import type { RunFiles } from './run-files.js'
import { removeDeadRunFolders } from './run-folder.js'

/** How a command runner works. */
export interface CommandRunnerOptions {
  /** Where the files of commands are kept while they run. Made when needed; what dead agents left in it is removed. */
  readonly outputDir: string
  /** Milliseconds between SIGTERM and SIGKILL. Default 5,000. */
  readonly killAfterMs?: number
  /** Milliseconds between looks at the size of the output files. Default 50. */
  readonly watchMs?: number
}

const defaultKeepBytes = 64 * 1024
const passedOn = ['PATH', 'HOME', 'LANG', 'TZ'] as const

/**
 * Makes a runner of commands. Each runs without a shell, in a process group of its own, with almost no environment, and
 * writes to files rather than pipes: what counts is that the command exits, not that some descendant of it closes its
 * output. What such a descendant writes after that is lost, and no longer bounded.
 *
 * While the command runs an output file is emptied at the first look, each `watchMs`, that finds it larger than 1 MiB
 * (or `keepBytes`, if that is more). So its size is bounded by that and what can be written between two looks: about
 * 80 MB where 1.6 GB/s can be written. Emptying that much holds the event loop for about 15 ms. Nobody looks at the
 * files of a command that was left alone at shutdown.
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
  const { keepBytes = defaultKeepBytes, stdin = '' } = command
  const opened = await openRunFiles({ outputDir: options.outputDir, keepBytes, stdin }).catch((error: Error) => error)
  if (opened instanceof Error) return notStarted(`its files cannot be made: ${opened.message}`)

  const ending = await execute({ command, files: opened, options }).catch(async (reason: unknown) => {
    // Left alone at shutdown: it still uses its files, so they stay. The next agent removes them.
    await opened.leave()
    throw reason
  })
  return { ...ending, ...await opened.finish() }
}

function refuseAborted (signal: AbortSignal): CommandResult {
  if (abortReason(signal) === 'shutdown') throw signal.reason
  return notStarted(`it was not started: ${abortReason(signal)}`)
}

type Ending = Pick<CommandResult, 'exitCode' | 'signal' | 'timedOut' | 'startError'>

/** Starts the command and waits for its exit. Rejects with the signal's reason when it is to be left alone. */
async function execute ({ command, files, options }:
{ command: Command, files: RunFiles, options: CommandRunnerOptions }): Promise<Ending> {
  const stopTrimming = keepTrimming(files, options.watchMs ?? 50)
  try {
    // Nothing is awaited between the start and the listening: an exit in between would go unheard.
    const ending = startAndFollow({ command, files, killAfterMs: options.killAfterMs ?? 5000 })
    await Promise.all([ending, files.handOver()])
    return await ending
  } finally {
    stopTrimming()
  }
}

function startAndFollow ({ command, files, killAfterMs }:
{ command: Command, files: RunFiles, killAfterMs: number }): Promise<Ending> {
  try {
    return supervise({ child: spawnGroup(command, files), command, killAfterMs })
  } catch (error) {
    // Arguments that no program can be given: a NUL character, or more than the system takes.
    return Promise.resolve(startFailure((error as Error).message))
  }
}

function spawnGroup ({ argv: [program, ...args], cwd, env }: Command, { stdio }: RunFiles): ChildProcess {
  return spawn(program, args, {
    detached: true,
    env: { ...agentEnvironment(), ...env },
    stdio: [...stdio],
    ...(cwd === undefined ? {} : { cwd })
  })
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
    const timer = timeoutMs === undefined ? null : setLongTimer(() => { end('timeout') }, timeoutMs)
    const release = (): void => {
      timer?.clear()
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
function keepTrimming (files: RunFiles, everyMs: number): () => void {
  const timer = setInterval(() => files.trim(), everyMs)
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
  return { ...startFailure(startError), stdout: '', stderr: '', truncated: { stdout: false, stderr: false } }
}
