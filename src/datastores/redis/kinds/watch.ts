import type { KindContext } from '../../../domain/kind.js'
import type { RedisConnection } from '../connection.js'
import type { Info } from '../info-text.js'
import { readInfo } from '../server-state.js'
import { RedisTrouble } from '../trouble.js'

const lookEveryMs = 200

/** What is watched, and for whom. */
export interface Watch {
  readonly connection: RedisConnection
  readonly context: Pick<KindContext, 'signal' | 'sleep'>
  /** The run of the server that was told to do the work: another one knows nothing of it. */
  readonly runId: string | undefined
}

/**
 * Looks at INFO again and again until `judge` comes to something. The server sends no event for any of this.
 * @throws RedisTrouble when the server goes away, also when another one has taken its place
 */
export async function watchUntil<T> (watch: Watch, judge: (info: Info) => Promise<T | null>): Promise<T> {
  const { connection, context, runId } = watch
  for (;;) {
    const info = await readInfo(connection, { signal: context.signal })
    if (info.get('run_id') !== runId) {
      const sentence = `Redis at ${connection.address} has been restarted meanwhile`
      throw new RedisTrouble(sentence, { variant: 'RESTARTED', unavailable: true })
    }
    const result = await judge(info)
    if (result !== null) return result
    await context.sleep(lookEveryMs)
  }
}
