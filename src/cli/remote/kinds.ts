import type { Kind } from '../../client/model.js'
import { exitCodes } from '../exit-codes.js'
import { fitTable } from '../fitted-table.js'
import { examples, type CommandSetup } from '../program.js'
import { painter } from './colour.js'
import { withConnection, type ConnectionFlags } from './connection.js'
import { outputOption, render, type OutputFlag } from './format.js'
import { kindPage } from './kind-page.js'
import { namedKind } from './named-kind.js'
import { remotely } from './remote.js'

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
        const kind = await namedKind(name, remote)
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
