import { beginning, isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js'
import { Problem } from '../../domain/problem.js'
import type { Settings } from './settings.js'

/** What is to be done. */
export interface Wanted {
  readonly kind: string
  /** Undefined for none. */
  readonly args: JsonValue | undefined
  /** Sentences for the agent's log: what a message says that does not count. */
  readonly notes: readonly string[]
}

/** Where in a request the things are that `wantedOf` and the answer use, as JSON pointers. */
export function usedParts ({ argsFrom }: Pick<Settings, 'argsFrom'>): string[] {
  const message = '/params/message'
  const always = ['/params/options', '/params/memory', `${message}/id`, `${message}/agent_id`, `${message}/created_at`]
  if (argsFrom === 'none') return always
  return argsFrom === 'payload' ? [...always, `${message}/payload`] : [...always, `${message}/payload/args`, `${message}/payload/kind`]
}

interface WantedParts {
  /** The kind in the URL; null for the type of the whole registry. */
  readonly type: string | null
  readonly settings: Settings
  /** Null where there is no message. */
  readonly payload: JsonObject | null
}

/**
 * What an agent is to schedule. The kind is that of the URL, else the option's, else the message's. The arguments are
 * the option's; those of the message are merged over them field by field, at the first level alone.
 * @throws Problem `invalid-request` when no kind is named, or two
 */
export function wantedOf ({ type, settings, payload }: WantedParts): Wanted {
  const { args, argsFrom } = settings
  const said = argsFrom === 'args' ? payload?.['args'] : argsFrom === 'payload' ? payload : undefined
  const kind = kindOf({ type, settings, payload })
  return { kind, args: merged(args, said ?? undefined), notes: notesOf(kind, { settings, payload }) }
}

/** A message whose kind does not count would else be carried out as another, and look as if all were well. */
function notesOf (kind: string, { settings: { argsFrom }, payload }: Pick<WantedParts, 'settings' | 'payload'>): string[] {
  const named = argsFrom === 'args' ? payload?.['kind'] : undefined
  if (typeof named !== 'string' || named === kind) return []
  return [`The message names the kind ${JSON.stringify(beginning(named, 200))}, which does not count: this agent schedules "${kind}".`]
}

function kindOf ({ type, settings, payload }: WantedParts): string {
  if (type !== null) {
    if (settings.kind === null || settings.kind === type) return type
    throw invalid('/params/options/kind', `is "${settings.kind}", but this agent is for the kind "${type}" alone`)
  }
  if (settings.kind !== null) return settings.kind
  const byMessage = payload !== null && settings.argsFrom === 'args'
  const kind = byMessage ? payload['kind'] : undefined
  if (kind === undefined || kind === null) {
    const orThere = byMessage ? ', or in the message as "kind"' : ''
    throw invalid('/params/options/kind', `is required: name the kind of action here${orThere}`)
  }
  if (typeof kind !== 'string') throw invalid('/params/message/payload/kind', 'must be the name of a kind')
  return kind
}

function merged (base: JsonValue | undefined, over: JsonValue | undefined): JsonValue | undefined {
  if (over === undefined) return base
  return isJsonObject(base) && isJsonObject(over) ? { ...base, ...over } : over
}

function invalid (pointer: string, detail: string): Problem {
  return new Problem('invalid-request', { errors: [{ pointer, detail }] })
}
