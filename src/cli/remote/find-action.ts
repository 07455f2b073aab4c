import { idShape } from '../../domain/action.js'
import { shorten } from '../../domain/json.js'
import { exitCodes } from '../exit-codes.js'
import { visible } from '../table.js'
import { collect } from './collect.js'
import { CommandTrouble } from './command-trouble.js'
import type { Remote } from './remote.js'

/** So many of the newest actions are looked through. */
const lookedThrough = 1000

/** So many are named where several fit. */
const namedAtMost = 5

/**
 * The id that a text names: itself, or its beginning of at least 4 characters where one of the newest 1000 actions has
 * it. Throws `CommandTrouble` where none does, or several do.
 */
export async function findAction (text: string, { client, signal }: Pick<Remote, 'client' | 'signal'>): Promise<string> {
  const start = text.toLowerCase()
  if (idShape.test(start)) return start
  if (!/^[0-9a-f-]{4,35}$/.test(start)) {
    throw new CommandTrouble(exitCodes.usage, `"${shorten(text)}" is no id, nor the beginning of one with 4 characters or more.`)
  }
  const { actions } = await collect(client, { filter: {}, limit: lookedThrough }, signal)
  const found = actions.filter(({ id }) => id.startsWith(start))
  if (found.length === 1) return found[0]!.id
  if (found.length === 0) {
    throw new CommandTrouble(exitCodes.notFound, `none of the newest ${lookedThrough} actions has an id that begins with ${start}.`)
  }
  const named = found.slice(0, namedAtMost).map(({ id, state, kind }) => visible(`  ${id}  ${state}  ${kind}`))
  throw new CommandTrouble(exitCodes.usage, [
    `${found.length} actions have an id that begins with ${start}:`, ...named, ...found.length > namedAtMost ? ['  ...'] : []
  ].join('\n'))
}
