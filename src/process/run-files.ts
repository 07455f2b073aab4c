import { open, rm, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandResult } from '../domain/ports/process.js'
import { openOutput } from './output.js'
import type { Output } from './output.js'
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
  /** What the command wrote; the files are removed. */
  finish (): Promise<Pick<CommandResult, 'stdout' | 'stderr' | 'truncated'>>
  /** Closes everything here and leaves the files to the command. */
  leave (): Promise<void>
}

/** Makes the files, readable by this user alone. Rejects, leaving nothing, with what the system says. */
export async function openRunFiles ({ outputDir, keepBytes, stdin }:
{ outputDir: string, keepBytes: number, stdin: string }): Promise<RunFiles> {
  const folder = await makeRunFolder(outputDir)
  const opened: { input?: FileHandle | null, stdout?: Output, stderr?: Output } = {}
  try {
    const input = opened.input = stdin === '' ? null : await openInput(join(folder, 'stdin'), stdin)
    const stdout = opened.stdout = await openOutput({ path: join(folder, 'stdout'), keepBytes })
    const stderr = opened.stderr = await openOutput({ path: join(folder, 'stderr'), keepBytes })
    return runFiles({ folder, input, stdout, stderr })
  } catch (error) {
    await Promise.all([opened.input?.close(), opened.stdout?.abandon(), opened.stderr?.abandon()])
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

function runFiles ({ folder, input, stdout, stderr }:
{ folder: string, input: FileHandle | null, stdout: Output, stderr: Output }): RunFiles {
  return {
    stdio: [input?.fd ?? 'ignore', stdout.fd, stderr.fd],
    async handOver () {
      await Promise.all([input?.close(), stdout.handOver(), stderr.handOver()])
    },
    trim () {
      stdout.trim()
      stderr.trim()
    },
    async finish () {
      try {
        const [out, err] = await Promise.all([stdout.finish(), stderr.finish()])
        return { stdout: out.text, stderr: err.text, truncated: { stdout: out.cut, stderr: err.cut } }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    async leave () {
      await Promise.all([input?.close(), stdout.abandon(), stderr.abandon()])
    }
  }
}

async function openInput (path: string, text: string): Promise<FileHandle> {
  await writeFile(path, text, { flag: 'wx', mode: 0o600 })
  return await open(path, 'r')
}
