import type { JsonObject, JsonSchema } from '../../../domain/json.js'
import { done, failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import { formatHostPort, parseHostPort } from '../../../server-login.js'
import { createConnection, type RedisConnection, type RedisLogin } from '../connection.js'
import { isSet, numberOf, type Info } from '../info-text.js'
import { primaryAddressOf, readInfo } from '../server-state.js'
import type { RedisSettings } from '../settings.js'
import { orTrouble, RedisTrouble } from '../trouble.js'
import { watchUntil } from './watch.js'

interface ReplicaOfArgs {
  readonly host: string
  readonly port: number
  readonly timeout_seconds?: number
}

interface ReplicaOfOptions {
  readonly connection: RedisConnection
  readonly settings: RedisLogin & Pick<RedisSettings, 'primaries'>
}

const defaultTimeoutSeconds = 60

/**
 * Makes the kind `redis.steward/replica-of`: REPLICAOF, followed until the link to the primary is up. What was asked of
 * the server stays asked when the action fails or is cancelled: it goes on trying.
 */
export function createReplicaOfKind (options: ReplicaOfOptions): ActionKind<ReplicaOfArgs> {
  return {
    kind: 'redis.steward/replica-of',
    summary: 'Makes the Redis server a replica of another one, in place of the data it holds; stays asked for when the action is cancelled.',
    args: argsOf(options.settings.primaries),
    example: { host: 'redis-1.internal', port: 6379 },
    timeoutMs: null,
    onInterrupt: 'resume',
    run: context => orTrouble(async () => await follow(options, context))
  }
}

function argsOf (primaries: readonly string[]): JsonSchema {
  return {
    type: 'object',
    properties: {
      host: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        pattern: '^[A-Za-z0-9_.:-]+$',
        description: 'The primary, as this server reaches it: a name or an address.'
      },
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 6379, description: 'Its port.' },
      timeout_seconds: {
        type: 'integer',
        minimum: 1,
        maximum: 86_400,
        default: defaultTimeoutSeconds,
        description: 'How long to wait for a link that neither comes up nor brings any data.'
      }
    },
    required: ['host', 'port'],
    additionalProperties: false,
    ...primaries.length === 0 ? {} : { allOf: [oneOf(primaries)] }
  }
}

function oneOf (primaries: readonly string[]): JsonSchema {
  return {
    description: `Host and port are those of one of datastore.redis.primaries: ${primaries.join(', ')}.`,
    anyOf: primaries.map(parseHostPort)
      .map(({ host, port }) => ({ properties: { host: { const: host }, port: { const: port } } }))
  }
}

async function follow (options: ReplicaOfOptions, context: KindContext<ReplicaOfArgs>): Promise<Outcome> {
  const { connection } = options
  const { args, signal } = context
  const primary = formatHostPort(args)
  const before = await readInfo(connection, { signal })
  const refusal = await refuse(options, { args, before, signal })
  if (refusal !== null) return refusal
  const isSame = primaryAddressOf(before) === primary
  if (isSame && isUp(before)) return done({ primary, link: 'up', message: `It is a replica of ${primary} already.` })
  if (!isSame) await connection.send(['REPLICAOF', args.host, String(args.port)], { signal })
  const runId = before.get('run_id')
  const limitMs = (args.timeout_seconds ?? defaultTimeoutSeconds) * 1000
  return await watchUntil({ connection, context, runId }, createJudge({ context, primary, limitMs }))
}

/** Watches the link: up, copying, or given up after a time in which nothing came. */
function createJudge ({ context, primary, limitMs }:
{ context: Pick<KindContext, 'progress'>, primary: string, limitMs: number }): (info: Info) => Promise<Outcome | null> {
  let movedAt = performance.now()
  let most = 0
  let last = ''
  return async info => {
    if (primaryAddressOf(info) !== primary) return givenUp(primary, info)
    if (isUp(info)) return done({ primary, link: 'up', bytes_done: most })
    const payload = progressOf(primary, info)
    const bytes = Number(payload['bytes_done'])
    // A copy that begins again and again, and never comes further, is no progress.
    if (bytes > most) {
      most = bytes
      movedAt = performance.now()
    }
    if (performance.now() - movedAt > limitMs) return outOfTime({ primary, info, seconds: limitMs / 1000 })
    const step = stepOf(payload)
    if (step !== last) await context.progress(payload)
    last = step
    return null
  }
}

function isUp (info: Info): boolean {
  return info.get('master_link_status') === 'up' && !isSet(info, 'loading')
}

function progressOf (primary: string, info: Info): JsonObject {
  const loading = isSet(info, 'loading') || isSet(info, 'async_loading')
  const syncing = isSet(info, 'master_sync_in_progress')
  const [done, total] = loading
    ? ['loading_loaded_bytes', 'loading_total_bytes'] as const
    : ['master_sync_read_bytes', 'master_sync_total_bytes'] as const
  // A primary that sends its data without a file of it does not know how much there is: the total is 0 then.
  const totalBytes = numberOf(info, total) ?? 0
  return {
    primary,
    stage: loading ? 'load' : syncing ? 'copy' : 'connect',
    link: info.get('master_link_status') ?? 'down',
    bytes_done: numberOf(info, done) ?? 0,
    bytes_total: totalBytes > 0 ? totalBytes : null
  }
}

/** Each hundredth is told; of an unknown total each doubling. */
function stepOf ({ stage, bytes_done: done, bytes_total: total }: JsonObject): string {
  const bytes = Number(done)
  return `${String(stage)} ${total === null ? Math.ceil(Math.log2(bytes + 1)) : Math.floor(bytes * 100 / Number(total))}`
}

function givenUp (primary: string, info: Info): Outcome {
  const now = primaryAddressOf(info)
  return failed(`Somebody else has told the server otherwise meanwhile: it is ${now === null ? 'a primary' : `a replica of ${now}`} now.`, {
    variant: 'OVERRULED', more: { primary }
  })
}

function outOfTime ({ primary, info, seconds }: { primary: string, info: Info, seconds: number }): Outcome {
  const progress = progressOf(primary, info)
  const downFor = info.get('master_link_down_since_seconds') ?? 'unknown'
  return failed(`The link to ${primary} has not come up, and has brought nothing for ${seconds} s. ` +
    'The server remains configured as its replica and goes on trying; redis.steward/promote ends this.', {
    variant: 'LINK_DOWN',
    reason: 'timeout',
    layers: [`master_link_status: ${String(progress['link'])}`, `master_link_down_since_seconds: ${downFor}`],
    more: progress
  })
}

interface Asked {
  readonly args: ReplicaOfArgs
  readonly before: Info
  readonly signal: AbortSignal
}

/** What the server would not refuse by itself, or not clearly. */
async function refuse (options: ReplicaOfOptions, asked: Asked): Promise<Outcome | null> {
  if (isSet(asked.before, 'cluster_enabled')) {
    const sentence = 'The server is in cluster mode, in which CLUSTER REPLICATE says whose replica it is: use redis-cli.'
    return failed(sentence, { variant: 'CLUSTER' })
  }
  // The agent logs in at the primary, to tell the lag: a host that only the caller has named is not given a password.
  const { primaries, password, password_file: file } = options.settings
  if (primaries.length === 0 && (password !== null || file !== null)) {
    const sentence = 'The agent has a password, which it would give to any host: name those that may be followed in datastore.redis.primaries.'
    return failed(sentence, { variant: 'NOT_ALLOWED' })
  }
  if (!await isItself(options, asked)) return null
  const sentence = `${formatHostPort(asked.args)} is the server itself: it would wait for its own data for ever.`
  return failed(sentence, { variant: 'ITSELF' })
}

/** Told by the id of the run, where the agent can ask; what it cannot reach may still be reached by the server. */
async function isItself (options: ReplicaOfOptions, { args, before, signal }: Asked): Promise<boolean> {
  const { connection, settings } = options
  const login = { ...settings, host: args.host, port: args.port }
  const there = createConnection({ login, timeoutMs: connection.timeoutMs / 2 })
  try {
    return (await readInfo(there, { signal })).get('run_id') === before.get('run_id')
  } catch (error) {
    if (error instanceof RedisTrouble) return false
    throw error
  } finally {
    there.close()
  }
}
