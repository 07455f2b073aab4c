import { idShape } from '../../domain/action.js'
import type { ActionState } from '../../domain/lifecycle.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { examples, type CommandSetup } from '../program.js'
import { cancelAll, cancelledLine, type Cancelled } from './cancelling.js'
import { collect } from './collect.js'
import { painter } from './colour.js'
import { CommandTrouble } from './command-trouble.js'
import { confirm } from './confirm.js'
import { withConnection } from './connection.js'
import { outputOption, render, type OutputFlag } from './format.js'
import { collectStates } from './ls.js'
import { remotely, type Remote } from './remote.js'

interface CancelFlags extends OutputFlag {
  readonly all?: true
  readonly kind?: string
  readonly state?: readonly ActionState[]
  readonly yes?: true
  readonly wait?: true
}

/** `steward cancel`: asks that actions end. */
export function addCancel (setup: CommandSetup): void {
  withConnection(setup.program.command('cancel')
    .argument('[id...]', 'the whole ids of the actions'))
    .summary('cancel actions')
    .description('Cancels actions: one that waits ends at once, one that runs is told to stop. Says of each what became of it; ' +
      'the code is the highest that one of them has, and 13 for one that ended otherwise before.')
    .option('--all', 'all actions that wait or run')
    .option('--kind <kind>', 'of all, only those of this kind; * stands for anything')
    .option('--state <states>', 'of all, only those in these states: NEW, RUNNING', collectStates)
    .option('--yes', 'cancel them all without asking')
    .option('--wait', 'wait until each has ended')
    .addOption(outputOption())
    .addHelpText('after', examples(
      'steward cancel 0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11 --wait',
      'steward cancel --all --kind \'agent.replicante.io/*\' --state NEW --yes'
    ))
    .action(remotely(setup, async (remote, flags: CancelFlags, ids) => {
      check(ids, flags)
      const chosen = flags.all ? await choose(flags, remote) : ids.map(id => id.toLowerCase())
      return await cancelThem([...new Set(chosen)], flags, remote)
    }))
}

function check (ids: readonly string[], { all, kind, state, yes }: CancelFlags): void {
  const wrong = (message: string): CommandTrouble => new CommandTrouble(exitCodes.usage, message)
  if (all && ids.length > 0) throw wrong('give ids, or --all, not both.')
  if (!all && ids.length === 0) throw wrong('which actions? Give their ids, or --all.')
  if (!all && (kind !== undefined || state !== undefined || yes)) throw wrong('--kind, --state and --yes are for --all.')
  if (state?.some(each => each !== 'NEW' && each !== 'RUNNING')) throw wrong('only NEW and RUNNING actions can be cancelled.')
  const unfit = ids.find(id => !idShape.test(id))
  if (unfit !== undefined) throw wrong(`"${unfit}" is no whole id; steward ls shows them.`)
}

/** The ids of all that fit, if the user agrees; none if not. */
async function choose ({ kind, state = ['NEW', 'RUNNING'], yes }: CancelFlags, remote: Remote): Promise<readonly string[]> {
  // The newest first: else what waits behind the others would begin to run when they are gone.
  const wish = { filter: { state: [...state], order: 'desc' as const }, kind, limit: null }
  const { actions } = await collect(remote.client, wish, remote.signal)
  if (actions.length === 0) remote.err('steward: there is nothing to cancel.')
  else if (!yes && !await confirm(`Cancel ${actions.length === 1 ? 'this action' : `these ${actions.length} actions`}?`, actions, remote)) {
    remote.err('steward: nothing was cancelled.')
    return []
  }
  return actions.map(({ id }) => id)
}

async function cancelThem (ids: readonly string[], { output, wait }: CancelFlags, remote: Remote): Promise<ExitCode> {
  const paint = painter(remote)
  const all: Cancelled[] = []
  try {
    for await (const one of cancelAll(ids, { wait: wait === true, remote })) {
      all.push(one)
      if (output === 'table') remote.out(cancelledLine(one, paint))
    }
  } catch (error) {
    remote.err(`steward: cut short after ${all.length} of ${ids.length}. What was asked for stays asked for.`)
    throw error
  }
  if (output !== 'table') remote.out(render(output, all.map(({ code: _code, ...told }) => told), () => []))
  return all.reduce<ExitCode>((worst, { code }) => code > worst ? code : worst, exitCodes.ok)
}
