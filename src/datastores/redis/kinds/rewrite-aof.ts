import { done, failed, noArgs } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import type { RedisConnection } from '../connection.js'
import { isSet, numberOf, type Info } from '../info-text.js'
import { readInfo } from '../server-state.js'
import { orTrouble, RedisTrouble } from '../trouble.js'
import { createChildProgress } from './child-progress.js'
import { watchUntil } from './watch.js'

/**
 * Makes the kind `redis.steward/rewrite-aof`: BGREWRITEAOF, followed to its end. A rewrite that runs already is
 * followed in its place. The server cannot end a rewrite: it goes on when the action is cancelled.
 */
export function createRewriteAofKind (connection: RedisConnection): ActionKind {
  return {
    kind: 'redis.steward/rewrite-aof',
    summary: 'Rewrites the append only file of the Redis server, in the background; cancelling does not end the rewriting.',
    args: noArgs,
    example: {},
    timeoutMs: null,
    onInterrupt: 'resume',
    run: context => orTrouble(async () => await rewrite(connection, context))
  }
}

async function rewrite (connection: RedisConnection, context: KindContext): Promise<Outcome> {
  const before = await readInfo(connection, { signal: context.signal })
  const report = createChildProgress(context)
  const shared = !await begin(connection, context)
  return await watchUntil({ connection, context, runId: before.get('run_id') }, async info => {
    if (isSet(info, 'aof_rewrite_in_progress')) await report('rewrite', info)
    // The server waits by itself until another child process has ended.
    else if (isSet(info, 'aof_rewrite_scheduled')) await report('waiting', info)
    else return conclude(info, shared)
    return null
  })
}

/** False when a rewrite runs already. */
async function begin (connection: RedisConnection, { signal }: KindContext): Promise<boolean> {
  try {
    await connection.send(['BGREWRITEAOF'], { signal })
    return true
  } catch (error) {
    if (error instanceof RedisTrouble && error.layers.join(' ').includes('already in progress')) return false
    throw error
  }
}

function conclude (info: Info, shared: boolean): Outcome {
  const status = info.get('aof_last_bgrewrite_status')
  if (status !== 'ok') {
    return failed('Redis could not rewrite its append only file: its log says why. Often the disk is full, or the folder may not be written.', {
      variant: 'BGREWRITEAOF', layers: [`aof_last_bgrewrite_status: ${status}`]
    })
  }
  const messages = [
    ...shared ? ['A rewrite was running already and was followed.'] : [],
    ...isSet(info, 'aof_enabled') ? [] : ['The append only file is switched off (appendonly no): what was rewritten is not kept up to date.']
  ]
  return done({
    seconds: numberOf(info, 'aof_last_rewrite_time_sec'),
    cow_bytes: numberOf(info, 'aof_last_cow_size'),
    aof_bytes: numberOf(info, 'aof_current_size'),
    ...messages.length === 0 ? {} : { message: messages.join(' ') }
  })
}
