import { exitCodes } from '../exit-codes.js'
import { examples, type CommandSetup } from '../program.js'
import { actionSheet } from './action-sheet.js'
import { painter } from './colour.js'
import { CommandTrouble } from './command-trouble.js'
import { withConnection } from './connection.js'
import { findAction } from './find-action.js'
import { timeoutOption, watch, type TimeoutFlag } from './follow.js'
import { outputOption, render, type OutputFlag } from './format.js'
import { remotely, type Remote } from './remote.js'

interface ShowFlags extends OutputFlag, TimeoutFlag {
  readonly follow?: true
}

/** Of a terminal; what is not one has room for everything. */
function columnsOf ({ terminal }: Pick<Remote, 'terminal'>): number | null {
  return terminal?.out === true ? terminal.columns() : null
}

/** `steward show`: an action and its history, once or until its end. */
export function addShow (setup: CommandSetup): void {
  withConnection(setup.program.command('show')
    .argument('<id>', 'the id of the action; its beginning is enough where one of the newest 1000 has it'))
    .summary('show an action and its history')
    .description('Shows an action: who asked for it and from where, how long it waited and ran, its history step by step, ' +
      'its arguments and what it reported. -o json and -o yaml write the whole of what the agent says.')
    .option('--follow', 'show on standard error how it goes until it ends; the codes are those of steward run')
    .addOption(timeoutOption())
    .addOption(outputOption())
    .addHelpText('after', examples('steward show 0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11', 'steward show 0198c5a1 --follow'))
    .action(remotely(setup, async (remote, { output, follow, timeout }: ShowFlags, [text = '']) => {
      if (timeout !== undefined && !follow) throw new CommandTrouble(exitCodes.usage, '--timeout is for --follow.')
      const id = await findAction(text, remote)
      if (follow) return await watch({ id, silent: false, limitMs: timeout ?? null, output }, remote)
      const action = await remote.client.action(id, { signal: remote.signal })
      const look = { paint: painter(remote), columns: columnsOf(remote) }
      remote.out(render(output, action, () => actionSheet(action, look)))
      return exitCodes.ok
    }))
}
