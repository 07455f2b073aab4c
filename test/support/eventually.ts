import { setTimeout as sleep } from 'node:timers/promises'

/** No server takes nearly as long, also on a busy machine. */
const limitMs = 60_000

/**
 * Asks again and again until the answer is neither false, null nor undefined, and resolves with it. For conditions of
 * other programs that send no event. An exception counts as "not yet"; the last one is told when the limit is over.
 */
export async function eventually<T> (what: string, ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadline = performance.now() + limitMs
  for (;;) {
    let reason: unknown = 'it never was'
    try {
      const answer = await ask()
      if (answer !== false && answer !== null && answer !== undefined) return answer
    } catch (error) {
      reason = error
    }
    if (performance.now() > deadline) throw new Error(`Waited in vain for this: ${what}.`, { cause: reason })
    await sleep(25)
  }
}
