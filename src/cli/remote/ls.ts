import { InvalidArgumentError, Option, type Command } from 'commander'
import type { ListFilter } from '../../client/model.js'
import { systemClock } from '../../domain/clock.js'
import { actionStates, type ActionState } from '../../domain/lifecycle.js'
import { formatInstant } from '../../rfc3339.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { fitTable } from '../fitted-table.js'
import { examples, type CommandSetup } from '../program.js'
import { parseCount, parseMoment } from '../times.js'
import { actionColumns } from './action-table.js'
import { collect, type ListWish } from './collect.js'
import { painter } from './colour.js'
import { withConnection } from './connection.js'
import { outputOption, render, type OutputFlag } from './format.js'
import { watchList } from './ls-watch.js'
import { remotely, type Remote } from './remote.js'

interface Flags extends OutputFlag {
  readonly state?: readonly ActionState[]
  readonly kind?: string
  readonly lane?: string
  readonly requester?: string
  readonly protocol?: readonly string[]
  readonly since?: number
  readonly until?: number
  readonly search?: string
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly all: boolean
  readonly watch: boolean
}

/** `steward ls`: the actions, newest first. */
export function addLs (setup: CommandSetup): void {
  withConnection(withFilters(setup.program.command('ls')))
    .summary('list actions')
    .description('Lists actions, newest first. With --watch the list stays as it is now until Ctrl-C; what is not a terminal ' +
      'gets a line for each change.')
    .addOption(outputOption())
    .addHelpText('after', examples(
      'steward ls',
      'steward ls --state new,running',
      'steward ls --kind \'sqlite.steward/*\' --since 7d --all -o json',
      'steward ls --search "connection refused"',
      'steward ls --watch'
    ))
    .action(remotely(setup, async (remote, flags: Flags) => {
      const wish = wishOf(flags)
      if (!flags.watch) return await list(remote, wish, flags)
      if (flags.output === 'table') return await watchList(remote, wish)
      remote.err('steward: --watch is for people; for programs there is: steward events -o json')
      return exitCodes.usage
    }))
}

function withFilters (command: Command): Command {
  return command
    .option('--state <states>', 'only actions in these states: NEW, RUNNING, DONE, FAILED; with commas, or repeated', collectStates)
    .option('--kind <kind>', 'only actions of this kind; * stands for anything')
    .option('--lane <lane>', 'only actions of this lane')
    .option('--requester <name>', 'only actions that this requester asked for')
    .option('--protocol <protocols>', 'only actions that came through these protocols; with commas, or repeated', collectWords)
    .option('--since <time>', 'only actions scheduled at this moment or later (RFC 3339), or so long ago, for example 7d', parseMoment)
    .option('--until <time>', 'only actions scheduled before this moment, or before so long ago', parseMoment)
    .option('--search <text>', 'only actions with this text in their id, kind, lane, requester, principal or error')
    .addOption(new Option('--order <order>', 'desc: newest first; asc: oldest first').choices(['desc', 'asc']).default('desc'))
    .option('--limit <number>', 'at most so many', parseCount, 20)
    .option('--all', 'all of them', false)
    .option('--watch', 'go on, and show every change', false)
}

async function list (remote: Remote, wish: ListWish, { output }: OutputFlag): Promise<ExitCode> {
  const { client, out, err, signal, terminal } = remote
  const { actions, more } = await collect(client, wish, signal)
  const personal = terminal?.out ?? false
  const look = { now: systemClock.now(), paint: painter(remote), personal }
  const width = personal ? terminal?.columns() ?? null : null
  out(render(output, actions, () => fitTable(actionColumns(actions, look), width)))
  if (more) err(`steward: there are more than these ${actions.length}: see --limit and --all`)
  return exitCodes.ok
}

function wishOf ({ kind, limit, all, since, until, ...flags }: Flags): ListWish {
  const { state, lane, requester, protocol, search, order } = flags
  const filter: ListFilter = {
    order,
    ...state === undefined ? {} : { state: [...state] },
    ...lane === undefined ? {} : { lane },
    ...requester === undefined ? {} : { requester },
    ...protocol === undefined ? {} : { protocol: [...protocol] },
    ...since === undefined ? {} : { since: formatInstant(since) },
    ...until === undefined ? {} : { until: formatInstant(until) },
    ...search === undefined ? {} : { search }
  }
  return { filter, kind, limit: all ? null : limit }
}

/** States with commas between them, in any case. Throws commander's error for other words. */
export function collectStates (text: string, earlier: readonly ActionState[] = []): readonly ActionState[] {
  return [...earlier, ...text.split(',').map(word => {
    const state = actionStates.find(each => each === word.trim().toUpperCase())
    if (state === undefined) throw new InvalidArgumentError(`It must be ${actionStates.join(', ')}, or several of them with commas.`)
    return state
  })]
}

function collectWords (text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, ...text.split(',').map(word => word.trim())]
}
