import { done, failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import type { RedisConnection } from '../connection.js'
import { isSet, type Info } from '../info-text.js'
import { primaryAddressOf, readInfo } from '../server-state.js'
import { orTrouble } from '../trouble.js'
import type { Upstream } from '../upstream.js'

interface PromoteArgs {
  readonly only_in_sync?: boolean
}

interface PromoteOptions {
  readonly connection: RedisConnection
  readonly upstream: Upstream
}

/**
 * Makes the kind `redis.steward/promote`: REPLICAOF NO ONE. It promotes whatever the state of the link, since its
 * primary is often the reason for it; with `only_in_sync` it is for a change in good order.
 */
export function createPromoteKind (options: PromoteOptions): ActionKind<PromoteArgs> {
  return {
    kind: 'redis.steward/promote',
    summary: 'Makes the Redis server a primary, which keeps the data it has got from its primary so far.',
    args: {
      type: 'object',
      properties: {
        only_in_sync: {
          type: 'boolean',
          default: false,
          description: 'Fail, and change nothing, unless the link to the primary is up and nothing of it is missing here.'
        }
      },
      additionalProperties: false
    },
    example: {},
    timeoutMs: null,
    onInterrupt: 'resume',
    run: context => orTrouble(async () => await promote(options, context))
  }
}

async function promote (options: PromoteOptions, { args, signal }: KindContext<PromoteArgs>): Promise<Outcome> {
  const { connection, upstream } = options
  const before = await readInfo(connection, { signal })
  if (isSet(before, 'cluster_enabled')) {
    return failed('The server is in cluster mode, in which a replica is promoted by CLUSTER FAILOVER: use redis-cli.', { variant: 'CLUSTER' })
  }
  const primary = primaryAddressOf(before)
  if (primary === null) return done({ role: 'primary', message: 'It is a primary already.' })
  const lag = await upstream.lagOf(before, connection.timeoutMs / 2)
  signal.throwIfAborted()
  const link = before.get('master_link_status') ?? 'down'
  // Offsets are past what a number of JSON holds exactly.
  const state = { previous_primary: primary, link, lag: lag === null ? null : String(lag) }
  const obstacle = args.only_in_sync === true ? obstacleTo(before, lag) : null
  if (obstacle !== null) return failed(`${obstacle}, so the server was left a replica.`, { variant: 'NOT_IN_SYNC', more: state })
  await connection.send(['REPLICAOF', 'NO', 'ONE'], { signal })
  const after = await readInfo(connection, { signal })
  if (primaryAddressOf(after) !== null) {
    return failed('Somebody else has made the server a replica again at once.', { variant: 'OVERRULED', more: state })
  }
  return done({ role: 'primary', ...state })
}

function obstacleTo (info: Info, lag: bigint | null): string | null {
  const primary = primaryAddressOf(info)
  if (info.get('master_link_status') !== 'up') return `The link to the primary ${primary} is down`
  if (lag === null) return `The primary ${primary} does not tell the agent how far it has written`
  return lag > 0n ? `The server is ${lag} bytes behind its primary ${primary}` : null
}
