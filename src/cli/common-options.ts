import { InvalidArgumentError, type Command } from 'commander'
import type { CommonOptions } from './actions.js'

/** Gives a command the flags that all of them take. */
export function withCommonOptions (command: Command): Command {
  return command
    .option('--config <file>', 'the YAML file with the configuration (STEWARD_CONFIG)')
    .option('--bind <host:port>', 'the address to listen on (STEWARD_BIND)')
    .option('--db <file>', 'the file of Steward\'s own database (STEWARD_DB)')
    .option('--set <key=value>', 'any setting by its key, for example actions.max_lanes=4; repeatable', collect)
}

/** The flags of a parsed command as its action takes them. */
export function commonOptions (command: Command): CommonOptions {
  const { config, bind, db, set = {} } = command.opts<Flags>()
  return {
    ...(config === undefined ? {} : { config }),
    set: { ...set, ...(bind === undefined ? {} : { bind }), ...(db === undefined ? {} : { db }) }
  }
}

interface Flags {
  readonly config?: string
  readonly bind?: string
  readonly db?: string
  readonly set?: Readonly<Record<string, string>>
}

function collect (text: string, earlier: Flags['set'] = {}): Flags['set'] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('It must be KEY=VALUE, for example actions.max_lanes=4.')
  return { ...earlier, [text.slice(0, equals)]: text.slice(equals + 1) }
}
