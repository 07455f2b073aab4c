import type { JsonValue } from '../../../domain/json.js'
import { done, failed, noArgs } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import { formatInstant } from '../../../rfc3339.js'
import type { RedisConnection } from '../connection.js'
import { isSet, numberOf, type Info } from '../info-text.js'
import { readInfo } from '../server-state.js'
import { orTrouble, RedisTrouble } from '../trouble.js'
import { createChildProgress } from './child-progress.js'
import { watchUntil } from './watch.js'

/**
 * Makes the kind `redis.steward/save`: BGSAVE, followed to its end. A save that runs already is followed in its place.
 * The server cannot end a save: it goes on when the action is cancelled.
 */
export function createSaveKind (connection: RedisConnection): ActionKind {
  return {
    kind: 'redis.steward/save',
    summary: 'Saves the data of the Redis server to its RDB file, in the background; cancelling does not end the save.',
    args: noArgs,
    example: {},
    timeoutMs: null,
    onInterrupt: 'resume',
    run: context => orTrouble(async () => await save(connection, context))
  }
}

async function save (connection: RedisConnection, context: KindContext): Promise<Outcome> {
  const before = await readInfo(connection, { signal: context.signal })
  const report = createChildProgress(context)
  const watch = { connection, context, runId: before.get('run_id') }
  for (;;) {
    const begun = await watchUntil(watch, async info => {
      const begun = await begin(connection, context)
      if (begun === null) await report('waiting', info)
      return begun
    })
    const ended = await watchUntil(watch, async info => {
      if (!isSet(info, 'rdb_bgsave_in_progress')) return info
      await report('save', info)
      return null
    })
    const shared = begun === 'by another'
    // What another has begun may also have been the sending of the data to a replica, which writes no file.
    if (!shared || isSaved(before, ended)) return conclude({ before, ended, shared })
  }
}

/** Begins a save, unless one runs already. Null: another child process has to end first. */
async function begin (connection: RedisConnection, { signal }: KindContext): Promise<'by us' | 'by another' | null> {
  try {
    await connection.send(['BGSAVE'], { signal })
    return 'by us'
  } catch (error) {
    if (!(error instanceof RedisTrouble)) throw error
    const words = error.layers.join(' ')
    if (words.includes('already in progress')) return 'by another'
    if (words.includes('child process is active')) return null
    throw error
  }
}

function conclude ({ before, ended, shared }: { before: Info, ended: Info, shared: boolean }): Outcome {
  const status = ended.get('rdb_last_bgsave_status')
  if (status !== 'ok') {
    return failed('Redis could not write its RDB file: its log says why. Often the disk is full, or the folder may not be written.', {
      variant: 'BGSAVE', layers: [`rdb_last_bgsave_status: ${status}`]
    })
  }
  if (!isSaved(before, ended)) {
    return failed('The save was ended before it was finished, and has left no file: the child process was killed.', {
      variant: 'BGSAVE', layers: [`rdb_last_save_time: ${ended.get('rdb_last_save_time')}`]
    })
  }
  return done({
    saved_at: savedAtOf(ended),
    seconds: numberOf(ended, 'rdb_last_bgsave_time_sec'),
    cow_bytes: numberOf(ended, 'rdb_last_cow_size'),
    ...shared ? { message: 'A save was running already and was followed: it may lack what was written after it had begun.' } : {}
  })
}

/** The time of the last save is in seconds, and two saves may end in one: then it is as late as the beginning. */
function isSaved (before: Info, ended: Info): boolean {
  const [was, is] = [numberOf(before, 'rdb_last_save_time') ?? 0, numberOf(ended, 'rdb_last_save_time') ?? 0]
  const startedUs = numberOf(before, 'server_time_usec')
  return is > was || (startedUs !== null && is >= Math.floor(startedUs / 1_000_000))
}

function savedAtOf (info: Info): JsonValue {
  const seconds = numberOf(info, 'rdb_last_save_time')
  return seconds === null ? null : formatInstant(seconds * 1000)
}
