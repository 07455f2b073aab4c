import type { ExitCode } from '../../src/cli/exit-codes.js'
import { runCli } from '../../src/cli/run-cli.js'
import { cliActions } from '../../src/local-commands.js'

/** What a command came to. */
export interface RanCommand {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** Carries out a command line in this process, with what the commands really do. For those that end by themselves. */
export async function main (...argv: string[]): Promise<RanCommand> {
  const out: string[] = []
  const err: string[] = []
  const output = { out: (line: string) => { out.push(line) }, err: (line: string) => { err.push(line) } }
  const code = await runCli({ argv, version: '0.0.0', actions: cliActions, output })
  return { code, out: out.join('\n'), err: err.join('\n') }
}
