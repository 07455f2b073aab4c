import { AgentRefusal } from '../../client/errors.js'
import type { Kind } from '../../client/model.js'
import { nearest } from '../../nearest.js'
import { exitCodes } from '../exit-codes.js'
import { visibleLines } from '../table.js'
import { CommandTrouble } from './command-trouble.js'
import type { Remote } from './remote.js'

type Asking = Pick<Remote, 'client' | 'signal'>

/** The kind of this name. Throws `CommandTrouble` with the name that is nearest where there is none. */
export async function namedKind (name: string, { client, signal }: Asking): Promise<Kind> {
  return await client.kind(name, { signal })
    .catch(async (error: unknown) => await refuseKind(error, { name, client, signal }))
}

/** Throws what it is given; for a kind that there is not, what names the nearest. */
export async function refuseKind (error: unknown, { name, client, signal }: Asking & { name: string }): Promise<never> {
  if (!(error instanceof AgentRefusal) || (error.code !== 'no-such-kind' && error.code !== 'unknown-kind')) throw error
  // Who may schedule may perhaps not look.
  const kinds = await client.kinds({ signal }).catch(() => [])
  const like = nearestKind(name, kinds.map(({ kind }) => kind))
  const hint = like === null ? 'steward kinds lists those that there are.' : `Did you mean ${like}?`
  throw new CommandTrouble(exitCodes.notFound, visibleLines(`No kind is named "${name}". ${hint}`))
}

/** Names have two parts: the second alone is what people remember. */
function nearestKind (name: string, kinds: readonly string[]): string | null {
  const short = (kind: string): string => kind.slice(kind.lastIndexOf('/') + 1)
  const sameSecond = kinds.filter(kind => short(kind) === short(name))
  const likeSecond = nearest(short(name), kinds.map(short))
  return nearest(name, sameSecond) ?? sameSecond[0] ??
    nearest(name, kinds) ?? kinds.find(kind => kind.includes(name) || short(kind) === likeSecond) ?? null
}
