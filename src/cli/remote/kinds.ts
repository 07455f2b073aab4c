import { AgentRefusal } from '../../client/errors.js'
import type { Kind, StewardClient } from '../../client/model.js'
import { nearest } from '../../nearest.js'
import { exitCodes } from '../exit-codes.js'
import { fitTable } from '../fitted-table.js'
import { examples, type CommandSetup } from '../program.js'
import { visibleLines } from '../table.js'
import { painter } from './colour.js'
import { CommandTrouble } from './command-trouble.js'
import { withConnection, type ConnectionFlags } from './connection.js'
import { outputOption, render, type OutputFlag } from './format.js'
import { kindPage } from './kind-page.js'
import { remotely, type Remote } from './remote.js'

interface Flags extends OutputFlag, ConnectionFlags {}

/** `steward kinds`: what the agent can do. */
export function addKinds (setup: CommandSetup): void {
  withConnection(setup.program.command('kinds').argument('[kind]', 'tell of this one: its arguments, and how to run it'))
    .summary('list what the agent can do, or tell of one kind')
    .description('Lists the kinds of actions. With the name of one: what it does, its arguments, and an example to copy.')
    .addOption(outputOption())
    .addHelpText('after', examples('steward kinds', 'steward kinds agent.replicante.io/test.ping', 'steward kinds -o json'))
    .action(remotely(setup, async (remote, flags: Flags, [name]) => {
      const { client, out, signal } = remote
      const personal = remote.terminal?.out === true
      const width = personal ? remote.terminal?.columns() ?? null : null
      if (name === undefined) {
        const kinds = await client.kinds({ signal })
        out(render(flags.output, kinds, () => listOf(kinds, width)))
      } else {
        const kind = await oneKind(client, name, signal)
        const parts = { kind, flags, env: process.env, paint: painter(remote), width: width ?? 100 }
        out(render(flags.output, kind, () => kindPage(parts)))
      }
      return exitCodes.ok
    }))
}

function listOf (kinds: readonly Kind[], width: number | null): string[] {
  return fitTable([
    { head: 'KIND', cells: kinds.map(({ kind }) => kind) },
    { head: 'SUMMARY', cells: kinds.map(({ summary }) => summary), keep: 'start' }
  ], width)
}

/** Throws `CommandTrouble` with the name that is nearest where there is none of this name. */
async function oneKind (client: StewardClient, name: string, signal: Remote['signal']): Promise<Kind> {
  try {
    return await client.kind(name, { signal })
  } catch (error) {
    if (!(error instanceof AgentRefusal && error.code === 'no-such-kind')) throw error
    const like = nearestKind(name, (await client.kinds({ signal })).map(({ kind }) => kind))
    const hint = like === null ? 'steward kinds lists those that there are.' : `Did you mean ${like}?`
    throw new CommandTrouble(exitCodes.notFound, visibleLines(`No kind is named "${name}". ${hint}`))
  }
}

/** Names have two parts: the second alone is what people remember. */
function nearestKind (name: string, kinds: readonly string[]): string | null {
  const short = (kind: string): string => kind.slice(kind.lastIndexOf('/') + 1)
  const bySecond = kinds.filter(kind => short(kind) === short(name))
  return nearest(name, bySecond) ?? bySecond[0] ??
    nearest(name, kinds) ?? kinds.find(kind => kind.includes(name)) ?? null
}
