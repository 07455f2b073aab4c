import type { Shard } from '../../client/model.js'
import { exitCodes } from '../exit-codes.js'
import { examples, type CommandSetup } from '../program.js'
import { formatTable } from '../table.js'
import { withConnection } from './connection.js'
import { outputOption, render, type OutputFlag } from './format.js'
import { remotely } from './remote.js'

/** `steward shards`. */
export function addShards (setup: CommandSetup): void {
  withConnection(setup.program.command('shards'))
    .summary('list the shards that the node holds')
    .description('Lists the parts of the data that the node holds: its role, how far it has written, how far it is behind.')
    .addOption(outputOption())
    .addHelpText('after', examples('steward shards', 'steward shards -o json'))
    .action(remotely(setup, async ({ client, out, signal }, { output }: OutputFlag) => {
      const shards = await client.shards({ signal })
      out(render(output, shards, () => formatTable(['SHARD', 'ROLE', 'WRITTEN', 'BEHIND'], shards.map(rowOf))))
      return exitCodes.ok
    }))
}

function rowOf ({ id, role, commit_offset: written, lag }: Shard): string[] {
  return [id, role, ...[written, lag].map(offset => offset === null ? '-' : `${offset.value} ${offset.unit}`)]
}
