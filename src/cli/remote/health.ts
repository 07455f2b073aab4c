import { examples, type CommandSetup } from '../program.js'
import { exitCodes } from '../exit-codes.js'
import { visibleLines } from '../table.js'
import { withConnection } from './connection.js'
import { remotely } from './remote.js'

/** `steward health`: for people, and for whatever looks after a container. */
export function addHealth (setup: CommandSetup): void {
  withConnection(setup.program.command('health'))
    .summary('say whether the agent is ready')
    .description('Says whether the agent answers, can write its database and carries out actions. Needs no token. Code 0: it is ' +
      'ready; 14: it is not; 10: it does not answer.')
    .addHelpText('after', examples('steward health', 'steward health --url http://127.0.0.1:8000 --request-timeout 5'))
    .action(remotely(setup, async ({ client, out, err, signal }) => {
      const trouble = await client.readiness({ signal })
      if (trouble === null) {
        out('ready')
        return exitCodes.ok
      }
      err(`steward: the agent is not ready: ${visibleLines(trouble)}`)
      return exitCodes.notReady
    }))
}
