import { delay } from '../../client/delay.js'
import { asError } from './as-error.js'

interface Persistence {
  readonly signal: AbortSignal
  /** Called after each try that failed. It may give the signal up. */
  readonly onTrouble: (error: Error) => void
}

/** In milliseconds. */
const retryMs = 3000

/**
 * Does the work until it succeeds, or until the signal, whatever it fails with: what stands between here and the agent
 * may answer anything for a while, a 404 or a page for people among it. Never rejects.
 */
export async function persistently (work: () => Promise<void>, { signal, onTrouble }: Persistence): Promise<void> {
  while (!signal.aborted) {
    try {
      return await work()
    } catch (error) {
      if (signal.aborted) return
      onTrouble(asError(error))
      await delay(retryMs, signal).catch(() => {})
    }
  }
}
