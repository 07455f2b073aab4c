/** The longest delay that a timer of Node can have; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** A timer for any delay. */
export interface LongTimer {
  clear (): void
}

/** Calls the function after `ms` milliseconds, however many they are. */
export function setLongTimer (call: () => void, ms: number): LongTimer {
  let left = ms
  let timer: NodeJS.Timeout
  const arm = (): void => {
    const step = Math.min(left, longestTimerMs)
    left -= step
    timer = setTimeout(left > 0 ? arm : call, step)
  }
  arm()
  return { clear: () => { clearTimeout(timer) } }
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it is aborted. */
export function sleep (ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const abort = (): void => {
      timer.clear()
      reject(signal.reason)
    }
    const timer = setLongTimer(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}
