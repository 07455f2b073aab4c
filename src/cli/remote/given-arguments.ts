import { AgentRefusal } from '../../client/errors.js'
import type { JsonSchema } from '../../domain/json.js'
import { exitCodes } from '../exit-codes.js'
import { argumentsOf, jsonOf } from './arguments.js'
import { CommandTrouble } from './command-trouble.js'
import { namedKind } from './named-kind.js'
import { readText } from './read-text.js'
import type { Remote } from './remote.js'

/** The arguments of an action as a command line gives them. */
export interface GivenArguments {
  readonly kind: string
  /** `key=value`; none: an empty list. */
  readonly assignments: readonly string[]
  /** What `--args` says. */
  readonly text: string | undefined
}

/**
 * The arguments that a command line gives, in one of its two ways; undefined: none. Asks the agent for the kind where
 * its schema is needed. Throws `CommandTrouble` for what is wrong with them.
 */
export async function readArguments (given: GivenArguments, remote: Pick<Remote, 'client' | 'signal'>): Promise<unknown> {
  const { kind, assignments, text } = given
  const { signal } = remote
  if (text === undefined && assignments.length === 0) return undefined
  if (text === undefined) return argumentsOf(assignments, await schemaOf(kind, remote))
  if (assignments.length > 0) throw new CommandTrouble(exitCodes.usage, 'give the arguments by --args or as key=value, not both ways.')
  if (text === '-') return jsonOf(await readText(null, signal), 'what standard input gives')
  if (!text.startsWith('@')) return jsonOf(text, 'what --args says')
  const file = text.slice(1)
  return jsonOf(await readText(file, signal), `what ${file} holds`)
}

/** Without a word of the agent where it lets us schedule, but not look. */
async function schemaOf (kind: string, { client, signal }: Pick<Remote, 'client' | 'signal'>): Promise<JsonSchema> {
  try {
    return (await namedKind(kind, { client, signal })).args
  } catch (error) {
    if (error instanceof AgentRefusal && error.status === 403) return {}
    throw error
  }
}
