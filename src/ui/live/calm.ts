/** Work that is asked for more often than it has to be done. */
export interface Calm {
  /** Does it now or a little later, once for all who ask until then. */
  soon (): void
}

/**
 * Does the work at most once in so many milliseconds, and never again before it has ended: events that keep coming must
 * not keep an answer from arriving.
 * @param work sees to its own errors
 */
export function createCalm (ms: number, work: () => Promise<void>): Calm {
  let isAsked = false
  let isResting = false

  async function run (): Promise<void> {
    isAsked = false
    isResting = true
    const rest = new Promise(resolve => { setTimeout(resolve, ms) })
    await Promise.allSettled([work(), rest])
    isResting = false
    if (isAsked) await run()
  }

  return {
    soon () {
      isAsked = true
      if (!isResting) run().catch(() => {})
    }
  }
}
