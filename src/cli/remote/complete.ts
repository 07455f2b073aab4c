import { Argument } from 'commander'
import { isJsonObject } from '../../domain/json.js'
import type { Kind } from '../../client/model.js'
import { exitCodes } from '../exit-codes.js'
import type { CommandSetup } from '../program.js'
import { visible } from '../table.js'
import { withConnection } from './connection.js'
import { argumentRows, type ArgumentRow } from './kind-arguments.js'
import { remotely, type Remote } from './remote.js'

/** A shell waits for the answer: better none than a late one. */
const limitMs = 2000
const newest = 50

type What = 'kinds' | 'ids' | 'keys'

/**
 * `steward __complete kinds|ids|keys [words...]`, which the scripts of `steward completion` call: a line for each word
 * that fits, with a tab and its description. The words are those of the command line so far; the connection is the one
 * that they name. Trouble is no line.
 */
export function addComplete (setup: CommandSetup): void {
  const quiet = { ...setup, output: { out: setup.output.out, err: () => {} } }
  const command = setup.program.command('__complete', { hidden: true })
    .addArgument(new Argument('<what>').choices(['kinds', 'ids', 'keys']))
    .argument('[words...]')
  withConnection(command).allowUnknownOption().configureOutput({ writeErr: () => {} })
    .action(remotely(quiet, async (remote, _flags, [what, ...words]) => {
      const signal = AbortSignal.any([remote.signal, AbortSignal.timeout(limitMs)])
      const lines = await offers[what as What]({ ...remote, signal }, words).catch(() => [])
      if (lines.length > 0) remote.out(lines.map(([word, about]) => `${visible(word)}\t${visible(about)}`).join('\n'))
      return exitCodes.ok
    }))
}

type Offer = readonly [word: string, about: string]

const offers: Readonly<Record<What, (remote: Remote, words: readonly string[]) => Promise<readonly Offer[]>>> = {
  async kinds ({ client, signal }) {
    return (await client.kinds({ signal })).map(({ kind, summary }) => [kind, summary])
  },

  async ids ({ client, signal }) {
    const { actions } = await client.page({ limit: newest }, { signal })
    return actions.map(({ id, state, kind, scheduled_ts: at }) => [id, `${state} ${kind} ${at}`])
  },

  async keys ({ client, signal }, words) {
    const kind = (await client.kinds({ signal })).find(({ kind }) => words.includes(kind))
    return kind === undefined ? [] : argumentRows(kind.args).rows.filter(isTyped).flatMap(row => keysOf(kind, row))
  }
}

/** What is inside a list is typed as JSON. */
function isTyped ({ name }: ArgumentRow): boolean {
  return !name.includes('[]')
}

/** `key=`, and `key=value` for each value where there are few. */
function keysOf ({ args }: Kind, { name, description, type }: ArgumentRow): Offer[] {
  const values = name.split('.').reduce<unknown>((node, key) => member(member(node, 'properties'), key), args)
  const choices = member(values, 'enum')
  const words = Array.isArray(choices) ? choices.map(String) : member(values, 'type') === 'boolean' ? ['true', 'false'] : []
  return [[`${name}=`, description === '' ? type : description], ...words.map((value): Offer => [`${name}=${value}`, description])]
}

function member (node: unknown, key: string): unknown {
  return isJsonObject(node) ? node[key] : undefined
}
