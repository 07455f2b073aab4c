import type { Command } from 'commander'
import type { CliActions, Output } from './actions.js'
import type { ExitCode } from './exit-codes.js'

/** What each command file is handed: the program to add itself to, and what to do when it is called. */
export interface CommandSetup {
  readonly program: Command
  readonly actions: CliActions
  readonly output: Output
  /** Runs the action of the command that was called; its code becomes the one of the process. */
  readonly run: (action: () => Promise<ExitCode>) => Promise<void>
}

/** The part of the help that shows how a command is used. */
export function examples (...lines: string[]): string {
  return `\nExamples:\n${lines.map(line => `  ${line}`).join('\n')}`
}
