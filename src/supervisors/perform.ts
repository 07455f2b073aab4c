import type { Command, CommandResult, CommandRunner } from '../domain/ports/process.js'

/** What supervisors run their commands with. */
export interface SupervisorParts {
  readonly run: CommandRunner
  /** As whom and where the commands run. Absent: as the agent's user, in its folder. */
  readonly placement?: Pick<Command, 'user' | 'cwd'>
  /** Milliseconds that each command may take. */
  readonly timeoutMs: number
}

/** Bytes of the end of each output that are kept: they come to be layers of a failure. */
const keepBytes = 4 * 1024

/** Runs a command to its end, however that is. Throws the signal's reason once it is aborted. */
export async function perform (argv: readonly [string, ...string[]], { run, placement, timeoutMs, signal }:
SupervisorParts & { signal: AbortSignal }): Promise<CommandResult> {
  const result = await run.run({ argv, timeoutMs, signal, keepBytes, ...placement })
  signal.throwIfAborted()
  return result
}

/** True when the command did what it was to do. */
export function succeeded ({ exitCode, timedOut }: CommandResult): boolean {
  return exitCode === 0 && !timedOut
}

/** What a command has said itself, as layers of a failure. */
export function wordsOf ({ stderr, stdout }: CommandResult): string[] {
  return [stderr.trim(), stdout.trim()].filter(text => text !== '')
}
