import { InvalidArgumentError, Option } from 'commander'
import { createIdSource } from '../../ids.js'
import { exitCodes } from '../exit-codes.js'
import { examples, type CommandSetup } from '../program.js'
import { actionLine } from './action-text.js'
import { painter } from './colour.js'
import { CommandTrouble } from './command-trouble.js'
import { withConnection } from './connection.js'
import { timeoutOption, watch, type TimeoutFlag } from './follow.js'
import { outputOption, render, type OutputFlag } from './format.js'
import { readArguments } from './given-arguments.js'
import { refuseKind } from './named-kind.js'
import { remotely } from './remote.js'
import { schedule, type Order } from './schedule.js'

interface RunFlags extends OutputFlag, TimeoutFlag {
  readonly args?: string
  readonly id?: string
  readonly idempotencyKey?: string
  readonly requester?: string
  readonly header?: Readonly<Record<string, string>>
  readonly wait?: true
  readonly follow?: true
  readonly quiet?: true
}

/** `steward run`: schedules an action, and waits for it where that is wanted. */
export function addRun (setup: CommandSetup): void {
  withConnection(setup.program.command('run')
    .argument('<kind>', 'what to do: steward kinds lists the kinds')
    .argument('[key=value...]', 'its arguments; a.b=value for one inside another, key:=json for any JSON'))
    .summary('schedule an action, and wait for it')
    .description('Schedules an action and prints its id as soon as it is on disk. With --wait or --follow it ends when the ' +
      'action does, by code 0: DONE, 20: FAILED, 21: cancelled, 22: the time of --timeout was over.')
    .option('--args <json>', 'the arguments as JSON; @file reads a file, - standard input')
    .option('--wait', 'wait for the end, in silence')
    .option('--follow', 'wait for the end, and show on standard error how it goes')
    .addOption(timeoutOption())
    .addOption(new Option('--id <uuid>', 'the id of the action; without it, a new one').conflicts('idempotencyKey'))
    .option('--idempotency-key <key>', 'a text that is the same when the request is repeated: the action is scheduled once')
    .option('--requester <name>', 'what asks, in its own words')
    .option('--header <name=value>', 'something to keep with the action; repeatable', collectHeader)
    .option('-q, --quiet', 'print the id of the action, and nothing else')
    .addOption(outputOption())
    .addHelpText('after', examples(
      'steward run agent.replicante.io/test.ping count=3',
      'steward run sqlite.steward/backup --follow',
      'steward run agent.replicante.io/test.ping --args \'{"count": 3}\' --wait -o json'
    ))
    .action(remotely(setup, async (remote, flags: RunFlags, [kind = '', ...assignments]) => {
      if (flags.timeout !== undefined && !flags.wait && !flags.follow) {
        throw new CommandTrouble(exitCodes.usage, '--timeout is for --wait and --follow.')
      }
      if (flags.quiet && (flags.wait || flags.follow)) {
        throw new CommandTrouble(exitCodes.usage, '--quiet is for what is not waited for.')
      }
      const args = await readArguments({ kind, assignments, text: flags.args }, remote)
      const { action, fresh } = await schedule(orderOf(kind, args, flags), remote)
        .catch(async (error: unknown) => await refuseKind(error, { name: kind, ...remote }))
      const { output, quiet, wait, follow, timeout: limitMs = null } = flags
      if (wait || follow) return await watch({ id: action.id, isNew: fresh, silent: !follow, limitMs, output }, remote)
      remote.out(quiet ? action.id : render(output, action, () => [actionLine(action, painter(remote))]))
      return exitCodes.ok
    }))
}

/** With an id of our own where the user gives nothing that makes the request repeatable: its answer may get lost. */
function orderOf (kind: string, args: unknown, { id, idempotencyKey, requester, header }: RunFlags): Order {
  return {
    request: {
      kind,
      ...args === undefined ? {} : { args },
      ...idempotencyKey === undefined ? { id: id ?? createIdSource()() } : {},
      ...requester === undefined ? {} : { requester },
      ...header === undefined ? {} : { headers: header }
    },
    idempotencyKey,
    mayBeKnown: id !== undefined || idempotencyKey !== undefined
  }
}

function collectHeader (text: string, earlier: NonNullable<RunFlags['header']> = {}): NonNullable<RunFlags['header']> {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined) throw new InvalidArgumentError('It must be NAME=VALUE.')
  if (Object.hasOwn(earlier, name)) throw new InvalidArgumentError(`${name} is given twice.`)
  return { ...earlier, [name]: value }
}
