import { signal, type ReadonlySignal } from '@preact/signals'
import type { TransitionEvent } from '../../client/events.js'
import { patiently } from '../../client/patience.js'
import { asError } from './as-error.js'

/** Reads something that events change meanwhile. */
export interface NewestRead {
  readonly isReading: ReadonlySignal<boolean>
  /** Why the last read failed, or does not come to an end; null when it did. */
  readonly error: ReadonlySignal<Error | null>
  /**
   * Reads, again and again while that may help, and hands over what was read. A read that is still going on is dropped.
   * @param take is called with the events that came since the read began: what was read may be older than some of them
   */
  read<T> (work: (signal: AbortSignal) => Promise<T>, take: (what: T, since: readonly TransitionEvent[]) => void): void
  /** Drops the read that is going on. */
  drop (): void
  /** To be told of every event. */
  hear (events: readonly TransitionEvent[]): void
}

/** Makes one. `heed` is told of errors that do not pass. */
export function createNewestRead (heed: (error: unknown) => void): NewestRead {
  const isReading = signal(false)
  const error = signal<Error | null>(null)
  let current = new AbortController()
  let journal: TransitionEvent[] = []

  async function run<T> (
    work: (signal: AbortSignal) => Promise<T>, take: (what: T, since: readonly TransitionEvent[]) => void
  ): Promise<void> {
    const { signal: given } = current
    const attempt = async (): Promise<T> => {
      journal = []
      return await work(given)
    }
    const onTrouble = (trouble: Error): void => { error.value = trouble }
    try {
      const what = await patiently(attempt, { patienceMs: Infinity, signal: given, onTrouble })
      if (given.aborted) return
      const since = ended()
      error.value = null
      take(what, since)
    } catch (trouble) {
      if (given.aborted) return
      ended()
      error.value = asError(trouble)
      heed(trouble)
    }
  }

  /** Returns what came meanwhile. */
  function ended (): TransitionEvent[] {
    const since = journal
    journal = []
    isReading.value = false
    return since
  }

  return {
    isReading,
    error,
    read (work, take) {
      current.abort()
      current = new AbortController()
      isReading.value = true
      run(work, take).catch(heed)
    },
    drop () {
      current.abort()
      journal = []
      isReading.value = false
      error.value = null
    },
    hear (events) {
      if (isReading.peek()) journal = journal.concat(events)
    }
  }
}
