import type { JsonObject } from '../../../domain/json.js'
import type { KindContext } from '../../../domain/kind.js'
import { numberOf, type Info } from '../info-text.js'

/** So many entries at most are made of one save: the history keeps each. */
const steps = 200

/**
 * Makes a reporter of how far the server's child process is: each two-hundredth of the keys, and whenever another
 * stage begins. Servers before 7.0 do not count keys: of them only the stage is told.
 */
export function createChildProgress ({ progress }: Pick<KindContext, 'progress'>):
(stage: string, info: Info) => Promise<void> {
  let last = ''
  return async (stage, info) => {
    const payload = payloadOf(stage, info)
    const { keys_done: done, keys_total: total } = payload
    const step = typeof done === 'number' && typeof total === 'number' && total > 0 ? Math.floor(done * steps / total) : 0
    if (`${stage} ${step}` === last) return
    last = `${stage} ${step}`
    await progress(payload)
  }
}

function payloadOf (stage: string, info: Info): JsonObject {
  const seconds = Math.max(
    numberOf(info, 'rdb_current_bgsave_time_sec') ?? 0, numberOf(info, 'aof_current_rewrite_time_sec') ?? 0, 0)
  return {
    stage,
    keys_done: numberOf(info, 'current_save_keys_processed'),
    keys_total: numberOf(info, 'current_save_keys_total'),
    seconds,
    cow_bytes: numberOf(info, 'current_cow_size')
  }
}
