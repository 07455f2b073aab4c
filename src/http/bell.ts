import { setTimeout as delay } from 'node:timers/promises'

/** Lets one waiter sleep until something has happened. */
export interface Bell {
  readonly ring: () => void
  /** True at the next ring, or at once if it rang since the last wait; false after the time, or at the signal. */
  readonly wait: (ms: number) => Promise<boolean>
  /** Sleeps through rings, until the time is over or the signal comes. */
  readonly pause: (ms: number) => Promise<void>
  /** Lets go of the signal. */
  readonly close: () => void
}

const ignore = (): void => {}

/** Makes a bell. The signal ends every sleep. */
export function createBell (signal: AbortSignal): Bell {
  let rung = false
  let wake = ignore
  const stop = (): void => wake()
  signal.addEventListener('abort', stop)

  async function wait (ms: number): Promise<boolean> {
    if (!rung && !signal.aborted) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, ms)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wake = ignore
    }
    const heard = rung
    rung = false
    return heard
  }

  return {
    ring: () => {
      rung = true
      wake()
    },
    wait,
    pause: async ms => await delay(ms, undefined, { signal }).catch(ignore),
    close: () => signal.removeEventListener('abort', stop)
  }
}
