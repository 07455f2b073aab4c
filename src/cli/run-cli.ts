import { Command, CommanderError } from 'commander'
import type { CliActions, Output } from './actions.js'
import { addAudit } from './audit.js'
import { addBackup } from './backup.js'
import { addCheck } from './check.js'
import { addCompletion } from './completion.js'
import { exitCodeMeanings, exitCodes, type ExitCode } from './exit-codes.js'
import { addMigrate } from './migrate.js'
import { addOpenApi } from './openapi.js'
import { examples, type CommandSetup } from './program.js'
import { addCancel } from './remote/cancel.js'
import { addComplete } from './remote/complete.js'
import { addEvents } from './remote/events.js'
import { addHealth } from './remote/health.js'
import { addInfo } from './remote/info.js'
import { addKinds } from './remote/kinds.js'
import { addLs } from './remote/ls.js'
import { addRun } from './remote/run.js'
import { addShards } from './remote/shards.js'
import { addShow } from './remote/show.js'
import { addServe } from './serve.js'
import { addToken } from './token.js'

interface Cli {
  /** The arguments after the program's name. */
  readonly argv: readonly string[]
  /** SemVer, for `--version`. */
  readonly version: string
  readonly actions: CliActions
  readonly output: Output
}

/** The commands, in the order of the help. */
const commands = [
  addServe,
  addRun, addLs, addShow, addCancel, addKinds, addInfo, addShards, addEvents, addHealth,
  addCheck, addMigrate, addBackup, addAudit, addToken, addOpenApi, addCompletion,
  addComplete
]

/**
 * Carries out a command line and resolves to the exit code, without ending the process. Never rejects: an error that
 * an action throws is told in one line and gives code 1.
 */
export async function runCli ({ argv, version, actions, output }: Cli): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok
  const run = async (action: () => Promise<ExitCode>): Promise<void> => { code = await action() }
  const program = createProgram({ version, actions, output, run })
  try {
    await program.parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    output.err(`steward: ${error instanceof Error ? error.message : String(error)}`)
    return exitCodes.unexpected
  }
}

/** The program with all its commands, which has not run yet. */
export function createProgram ({ version, ...setup }: Omit<CommandSetup, 'program'> & Pick<Cli, 'version'>): Command {
  const program = createBareProgram(version, setup.output)
  for (const add of commands) add({ program, ...setup })
  return program
}

/** Commands added to it take over how it writes and ends. */
function createBareProgram (version: string, output: Output): Command {
  const codes = Object.entries(exitCodeMeanings).map(([code, meaning]) => `  ${code}  ${meaning}`)
  return new Command('steward')
    .description('Steward stands beside one node and carries out the actions that its managers ask for.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', examples('steward serve', 'steward check --print', 'steward help backup'))
    .addHelpText('after', `\nExit codes:\n${codes.join('\n')}`)
    .configureOutput({
      writeOut: text => output.out(text.trimEnd()),
      writeErr: text => output.err(text.trimEnd()),
      // The same width everywhere, so that the help in docs/cli.md is the one that people see.
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false
    })
    .showHelpAfterError('Run "steward --help" for the commands and "steward COMMAND --help" for their flags.')
    .exitOverride()
}
