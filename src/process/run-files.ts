import { open, rm, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandResult } from '../domain/ports/process.js'
import { openOutput } from './output.js'
import type { Output, Owner } from './output.js'
import { makeRunFolder } from './run-folder.js'

/**
 * The files of one command: what it reads and writes, in a folder of their own. Files, so that a command that is left
 * alone has all of its input, and somewhere to write to, whatever becomes of the agent.
 */
export interface RunFiles {
  /** The command's standard input, output and error output. */
  readonly stdio: readonly ['ignore' | number, number, number]
  /** Closes this process's copies of `stdio`; the command has its own. */
  handOver (): Promise<void>
  /** Empties outputs that have grown large. Never throws. */
  trim (): void
  /**
   * What the command wrote; the files are removed. While `isHeld` says that somebody goes on writing to them, which
   * nobody reads, they are emptied now and then: they take room on the disk although they have no name any more.
   */
  finish (isHeld: () => boolean): Promise<Pick<CommandResult, 'stdout' | 'stderr' | 'truncated'>>
  /** Closes everything here and leaves the files to the command. */
  leave (): Promise<void>
}

/** What the files of a command are to be. */
export interface RunFilesOptions {
  readonly outputDir: string
  /** How much of the end of each output is kept. */
  readonly keepBytes: number
  readonly stdin: string
  /** Whose the files are; null: this user's. Nobody else may read them. The folder is this user's in any case. */
  readonly owner: Owner | null
}

/** Makes the files. Rejects, leaving nothing, with what the system says. */
export async function openRunFiles ({ outputDir, keepBytes, stdin, owner }: RunFilesOptions): Promise<RunFiles> {
  const folder = await makeRunFolder(outputDir)
  const opened: { input?: FileHandle | null, stdout?: Output, stderr?: Output } = {}
  try {
    const input = opened.input = stdin === '' ? null : await openInput(join(folder, 'stdin'), { text: stdin, owner })
    const stdout = opened.stdout = await openOutput({ path: join(folder, 'stdout'), keepBytes, owner })
    const stderr = opened.stderr = await openOutput({ path: join(folder, 'stderr'), keepBytes, owner })
    return runFiles({ folder, input, stdout, stderr })
  } catch (error) {
    await Promise.all([opened.input?.close(), opened.stdout?.close(), opened.stderr?.close()])
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

function runFiles ({ folder, input, stdout, stderr }:
{ folder: string, input: FileHandle | null, stdout: Output, stderr: Output }): RunFiles {
  const closeOutputs = async (): Promise<void> => { await Promise.all([stdout.close(), stderr.close()]) }
  return {
    stdio: [input?.fd ?? 'ignore', stdout.fd, stderr.fd],
    async handOver () {
      await Promise.all([input?.close(), stdout.handOver(), stderr.handOver()])
    },
    trim () {
      stdout.trim()
      stderr.trim()
    },
    async finish (isHeld) {
      try {
        const [out, err] = [stdout.take(), stderr.take()]
        return { stdout: out.text, stderr: err.text, truncated: { stdout: out.cut, stderr: err.cut } }
      } finally {
        if (isHeld()) keepEmptying({ stdout, stderr, isHeld, close: closeOutputs })
        else await closeOutputs()
        await rm(folder, { recursive: true, force: true })
      }
    },
    async leave () {
      await Promise.all([input?.close(), closeOutputs()])
    }
  }
}

const emptyingMs = 1000

/** Empties outputs that have grown large until nobody holds them any more, and closes them then. */
function keepEmptying ({ stdout, stderr, isHeld, close }:
{ stdout: Output, stderr: Output, isHeld: () => boolean, close: () => Promise<void> }): void {
  const timer = setInterval(() => {
    if (isHeld()) {
      stdout.trim()
      stderr.trim()
      return
    }
    clearInterval(timer)
    close().catch(() => {})
  }, emptyingMs)
  timer.unref()
}

async function openInput (path: string, { text, owner }: { text: string, owner: Owner | null }): Promise<FileHandle> {
  await writeFile(path, text, { flag: 'wx', mode: 0o600 })
  const input = await open(path, 'r')
  if (owner !== null) await input.chown(owner.uid, owner.gid)
  return input
}
