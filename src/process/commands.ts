import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { abortReason } from '../domain/kind.js'
import type { Command, CommandResult, CommandRunner } from '../domain/ports/process.js'
import { inheritedDescriptors, withStdio } from './inherited.js'
import { preparationFailure, prepareLaunch, type Launch } from './launch.js'
import { makeOwnFolder } from './own-folder.js'
import { isGroupThere } from './process-group.js'
import { openRunFiles } from './run-files.js'
import type { RunFiles } from './run-files.js'
import { removeDeadRunFolders } from './run-folder.js'
import { startFailure, supervise, type Ending } from './supervise.js'

/** How a command runner works. */
export interface CommandRunnerOptions {
  /** Where the files of commands are kept while they run. Made when needed; what dead agents left in it is removed. */
  readonly outputDir: string
  /** Where commands have working folders of their own. Absent: no command may ask for one. */
  readonly workDir?: string
  /** Milliseconds between SIGTERM and SIGKILL. Default 5,000. */
  readonly killAfterMs?: number
  /** Milliseconds between looks at the size of the output files. Default 50. */
  readonly watchMs?: number
}

const defaultKeepBytes = 64 * 1024

/**
 * Makes a runner of commands. Each runs without a shell, in a process group of its own, with almost no environment, and
 * writes to files rather than pipes: what counts is that the command exits, not that some descendant of it closes its
 * output. What such a descendant writes after that is lost.
 *
 * While the command runs an output file is emptied at the first look, each `watchMs`, that finds it larger than 1 MiB
 * (or `keepBytes`, if that is more). So its size is bounded by that and what can be written between two looks: about
 * 80 MB where 1.6 GB/s can be written. Emptying that much holds the event loop for about 15 ms. Afterwards, while the
 * command's process group has members, the look is each second. Nobody looks at the files of what has left the group,
 * and of a command that was left alone at shutdown.
 */
export function createCommandRunner (options: CommandRunnerOptions): CommandRunner {
  const cleaned = removeDeadRunFolders(options.outputDir)
  const inherited = inheritedDescriptors()
  return {
    async run (command) {
      await cleaned
      return await runCommand(command, { ...options, inherited })
    }
  }
}

interface RunOptions extends CommandRunnerOptions {
  /** The descriptors that the command must not be given. */
  readonly inherited: readonly number[]
}

async function runCommand (command: Command, options: RunOptions): Promise<CommandResult> {
  if (command.signal?.aborted === true) return refuseAborted(command.signal)
  const launch = await prepareLaunch(command).catch((error: Error) => error)
  if (launch instanceof Error) return notStarted(launch.message)
  const place = await workingFolder(command, { launch, options }).catch((error: Error) => error)
  if (place instanceof Error) return notStarted(`its working folder cannot be made: ${place.message}`)
  const files = await openFiles(command, { launch, options }).catch((error: Error) => error)
  if (files instanceof Error) return notStarted(`its files cannot be made: ${files.message}`)

  const execution = { command: { ...command, ...place }, launch, files, options }
  const { leader, ...outcome } = await execute(execution).catch(async (reason: unknown) => {
    // Left alone at shutdown: it still uses its files, so they stay. The next agent removes them.
    await files.leave()
    throw reason
  })
  const result = { ...outcome, ...await files.finish(() => leader !== null && isGroupThere(leader)) }
  const failure = launch.prepared ? preparationFailure(result) : null
  return failure === null ? result : { ...result, exitCode: null, startError: failure }
}

function refuseAborted (signal: AbortSignal): CommandResult {
  if (abortReason(signal) === 'shutdown') throw signal.reason
  return notStarted(`it was not started: ${abortReason(signal)}`)
}

interface Preparation {
  readonly launch: Launch
  readonly options: RunOptions
}

async function workingFolder ({ cwd, ownFolder }: Command, { launch: { account }, options: { workDir } }: Preparation):
Promise<{ cwd?: string }> {
  if (ownFolder === undefined) return cwd === undefined ? {} : { cwd }
  if (workDir === undefined) throw new Error('there is no place for it')
  return { cwd: await makeOwnFolder({ workDir, name: ownFolder, account }) }
}

async function openFiles ({ keepBytes = defaultKeepBytes, stdin = '' }: Command, { launch, options }: Preparation):
Promise<RunFiles> {
  return await openRunFiles({ outputDir: options.outputDir, keepBytes, stdin, owner: launch.account })
}

interface Execution extends Preparation {
  readonly command: Command
  readonly files: RunFiles
}

/** Starts the command and waits for its exit. Rejects with the signal's reason when it is to be left alone. */
async function execute (execution: Execution): Promise<Ending> {
  const { files, options } = execution
  const stopTrimming = keepTrimming(files, options.watchMs ?? 50)
  try {
    // Nothing is awaited between the start and the listening: an exit in between would go unheard.
    const ending = startAndFollow(execution)
    await Promise.all([ending, files.handOver()])
    return await ending
  } finally {
    stopTrimming()
  }
}

function startAndFollow (execution: Execution): Promise<Ending> {
  const { command, options: { killAfterMs = 5000 } } = execution
  try {
    return supervise({ child: spawnGroup(execution), command, killAfterMs })
  } catch (error) {
    // Arguments that no program can be given: a NUL character, or more than the system takes.
    return Promise.resolve(startFailure((error as Error).message))
  }
}

function spawnGroup ({ launch, command: { cwd }, files, options }: Execution): ChildProcess {
  const { argv: [program, ...args], env } = launch
  return withStdio({ stdio: files.stdio, withheld: options.inherited }, stdio => spawn(program, args, {
    detached: true,
    env,
    stdio,
    ...(cwd === undefined ? {} : { cwd })
  }))
}

/** Looks at the files now and then, so that a command that never stops writing cannot fill the disk. */
function keepTrimming (files: RunFiles, everyMs: number): () => void {
  const timer = setInterval(() => files.trim(), everyMs)
  // It must not keep a stopping agent alive for a command that is left alone.
  timer.unref()
  return () => clearInterval(timer)
}

function notStarted (startError: string): CommandResult {
  const { leader, ...ending } = startFailure(startError)
  return { ...ending, stdout: '', stderr: '', truncated: { stdout: false, stderr: false } }
}
