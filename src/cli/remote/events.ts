import { InvalidArgumentError } from 'commander'
import type { AgentEvent, TransitionEvent } from '../../client/events.js'
import { shorten } from '../../domain/json.js'
import type { ActionState } from '../../domain/lifecycle.js'
import { matchesGlob } from '../../glob.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { examples, type CommandSetup } from '../program.js'
import { visible } from '../table.js'
import { cutTo } from '../text-width.js'
import { parseCount } from '../times.js'
import { painted } from './action-table.js'
import { painter } from './colour.js'
import { withConnection } from './connection.js'
import { asJson, asYaml, outputOption, type OutputFlag } from './format.js'
import { collectStates } from './ls.js'
import { remotely, type Remote } from './remote.js'
import { startWatching } from './watching.js'

interface Flags extends OutputFlag {
  readonly after?: string
  readonly kind?: string
  readonly state?: readonly ActionState[]
  readonly id?: readonly string[]
  readonly count?: number
}

/** `steward events`: every transition, as it happens. */
export function addEvents (setup: CommandSetup): void {
  withConnection(setup.program.command('events'))
    .summary('print every transition as it happens')
    .description('Prints a line for every transition of any action as it happens, until Ctrl-C, which is no failure. It goes on ' +
      'after the last one when the agent restarts.')
    .option('--after <event>', 'begin after the event with this id, which -o json shows; without it, with what comes from now on')
    .option('--kind <kind>', 'only of actions of this kind; * stands for anything')
    .option('--state <states>', 'only into these states; with commas, or repeated', collectStates)
    .option('--id <id>', 'only of the action with this id, or with an id that begins so; repeatable', collectIds)
    .option('--count <number>', 'end after so many', parseCount)
    .addOption(outputOption())
    .addHelpText('after', examples(
      'steward events',
      'steward events --state done,failed --kind \'sqlite.steward/*\'',
      'steward events -o json --count 1'
    ))
    .action(remotely(setup, printEvents))
}

async function printEvents (remote: Remote, flags: Flags): Promise<ExitCode> {
  const { out, err } = remote
  const watch = await startWatching(remote, {
    after: flags.after,
    onLost: trouble => { err(`steward: ${trouble}`) },
    onBack: () => { err('steward: the agent is back') }
  })
  const line = lineFor(remote, flags)
  let left = flags.count ?? Infinity
  try {
    for await (const event of watch.events) {
      if (event.type === 'gap') err(`steward: events are missing here: ${gaps[event.reason] ?? event.reason}`)
      else if (!fits(event, flags)) continue
      const text = line(event)
      if (text !== null) out(text)
      if (event.type === 'transition' && --left === 0) break
    }
  } finally {
    watch.end()
  }
  return exitCodes.ok
}

const gaps: Readonly<Record<string, string>> = {
  pruned: 'the agent has pruned them',
  'other-store': 'the agent has another database than the one that the id is of',
  ahead: 'the agent\'s database is older than the id'
}

function fits ({ action_id: actionId, kind, state }: TransitionEvent, flags: Flags): boolean {
  return (flags.kind === undefined || matchesGlob(flags.kind, kind)) && (flags.state?.includes(state) ?? true) &&
    (flags.id?.some(id => actionId.startsWith(id)) ?? true)
}

/** The text of an event; null: it has none in this format. */
function lineFor (remote: Remote, { output }: Flags): (event: AgentEvent) => string | null {
  if (output === 'json') return event => asJson(event)
  if (output === 'yaml') return event => `---\n${asYaml(event)}`
  const paint = painter(remote)
  const width = remote.terminal?.out === true ? remote.terminal.columns : null
  return event => {
    if (event.type === 'gap') return null
    const { timestamp, action_id: id, state, kind, state_payload: payload } = event
    const rest = visible(payload === null ? kind : `${kind}  ${shorten(asJson(payload), 200)}`)
    const before = `${timestamp}  ${id}  `
    return before + painted(state.padEnd(7), paint) + '  ' + (width === null ? rest : cutTo(rest, width() - before.length - 9))
  }
}

function collectIds (text: string, earlier: readonly string[] = []): readonly string[] {
  const id = text.toLowerCase()
  if (!/^[0-9a-f-]{4,36}$/.test(id)) throw new InvalidArgumentError('It must be the id of an action, or at least the first 4 characters of one.')
  return [...earlier, id]
}
