import { isJsonObject, type JsonObject } from '../../../domain/json.js'
import { done, failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import type { RedisConnection, SendOptions } from '../connection.js'
import { readInfo } from '../server-state.js'
import { failedBy, orTrouble, RedisTrouble } from '../trouble.js'

type Value = string | number | boolean

interface ConfigSetArgs {
  readonly parameters: Readonly<Record<string, Value>>
  readonly rewrite?: boolean
}

interface ConfigSetOptions {
  readonly connection: RedisConnection
  /** The parameters that may be set. */
  readonly allowed: readonly string[]
}

/** The values of parameters as text, by name. */
type Values = Record<string, string>

/** True for parameters whose values are credentials, which are neither taken as arguments nor told. */
export function namesSecret (parameter: string): boolean {
  return /pass|(master|primary)auth|secret/.test(parameter)
}

/**
 * Makes the kind `redis.steward/config-set`: CONFIG SET of those parameters that the settings allow and that are no
 * secrets, and on request CONFIG REWRITE. Null where none is allowed. From Redis 7.0 on all are set, or none is.
 */
export function createConfigSetKind ({ connection, allowed }: ConfigSetOptions): ActionKind<ConfigSetArgs> | null {
  const names = [...new Set(allowed)].filter(name => !namesSecret(name))
  if (names.length === 0) return null
  return {
    kind: 'redis.steward/config-set',
    summary: 'Sets parameters of the running Redis server, of those that the configuration allows, and writes them to its file if asked to.',
    args: schemaOf(names),
    ...names.includes('maxmemory') ? { example: { parameters: { maxmemory: '512mb' }, rewrite: true } } : {},
    timeoutMs: null,
    onInterrupt: 'resume',
    run: context => orTrouble(async () => await configure(connection, context))
  }
}

function schemaOf (names: readonly string[]): ActionKind['args'] {
  const limit = Number.MAX_SAFE_INTEGER
  const value = { type: ['string', 'integer', 'boolean'], maxLength: 1000, minimum: -limit, maximum: limit }
  return {
    type: 'object',
    properties: {
      parameters: {
        type: 'object',
        properties: Object.fromEntries(names.map(name => [name, value])),
        minProperties: 1,
        additionalProperties: false,
        description: 'The values by name, as redis.conf has them; true and false are yes and no.'
      },
      rewrite: { type: 'boolean', default: false, description: 'Write the whole configuration to redis.conf (CONFIG REWRITE).' }
    },
    required: ['parameters'],
    additionalProperties: false
  }
}

async function configure (connection: RedisConnection, context: KindContext<ConfigSetArgs>): Promise<Outcome> {
  const { args, signal } = context
  const names = Object.keys(args.parameters)
  const before = recordedIn(context) ?? await readValues(connection, names, { signal })
  const unknown = names.filter(name => !Object.hasOwn(before, name))
  if (unknown.length > 0) {
    return failed(`The server knows no parameter named ${unknown.join(', ')}; nothing was set.`, { variant: 'UNKNOWN_PARAMETER' })
  }
  // On disk before anything changes: a run that comes after a crash would take the new values for the old ones.
  await context.progress({ stage: 'set', before })
  const refused = await setAll(connection, args.parameters, { signal })
  const parameters = compare(before, await readValues(connection, names, { signal }))
  if (refused !== null) {
    const sentence = 'The server refuses the parameters; what it has taken nevertheless is in "parameters".'
    return failedBy(refused, { sentence, more: { parameters } })
  }
  if (args.rewrite !== true) return done({ parameters, rewritten: false })
  return await rewrite(connection, { parameters, signal })
}

async function rewrite (connection: RedisConnection, { parameters, signal }:
{ readonly parameters: JsonObject, readonly signal: AbortSignal }): Promise<Outcome> {
  try {
    await connection.send(['CONFIG', 'REWRITE'], { signal })
    return done({ parameters, rewritten: true })
  } catch (error) {
    if (!(error instanceof RedisTrouble)) throw error
    const sentence = 'The parameters are set in the running server, but could not be written to its file.'
    return failedBy(error, { sentence, more: { parameters, rewritten: false } })
  }
}

/** What an interrupted run has found before it changed anything. */
function recordedIn ({ resumed, action }: KindContext<ConfigSetArgs>): Values | null {
  const payload = resumed ? action.statePayload : null
  const before = isJsonObject(payload) ? payload['before'] : null
  return isJsonObject(before) ? before as Values : null
}

/** One by one: servers before 7.0 take no more than one name. */
async function readValues (connection: RedisConnection, names: readonly string[], options: SendOptions):
Promise<Values> {
  const ask = async (name: string) => await connection.send(['CONFIG', 'GET', name], options) as string[]
  const answers = await Promise.all(names.map(ask))
  return Object.fromEntries(answers.flatMap(([name, value]) => name === undefined ? [] : [[name, String(value)]]))
}

/** Null when all is set, else what the server has said to those that it refuses. */
async function setAll (connection: RedisConnection, parameters: ConfigSetArgs['parameters'], options: SendOptions):
Promise<RedisTrouble | null> {
  const pairs = Object.entries(parameters).map(([name, value]) => [name, textOf(value)])
  const info = await readInfo(connection, options)
  const takesAll = Number.parseInt(info.get('redis_version') ?? '', 10) >= 7
  try {
    for (const some of takesAll ? [pairs.flat()] : pairs) await connection.send(['CONFIG', 'SET', ...some], options)
    return null
  } catch (error) {
    if (error instanceof RedisTrouble && !error.unavailable) return error
    throw error
  }
}

function textOf (value: Value): string {
  return typeof value === 'boolean' ? value ? 'yes' : 'no' : String(value)
}

function compare (before: Values, after: Values): JsonObject {
  const changes = Object.entries(before).map(([name, value]) => [name, { before: value, after: after[name] ?? null }])
  return Object.fromEntries(changes) as JsonObject
}
