import type { TransitionEvent } from '../../client/events.js'

/** What views listen to. */
export interface LiveListener {
  /** Transitions in their order, those of a moment together. None comes twice. */
  readonly events?: (events: readonly TransitionEvent[]) => void
  /** What is shown has to be read again: the stream has begun anew, or events are missing. */
  readonly resync?: () => void
}

/** Tells the views. */
export interface Listeners {
  /** Returns the function that ends this. */
  listen (listener: LiveListener): () => void
  /** Tells of an event, together with what else comes within a moment. */
  tell (event: TransitionEvent): void
  /** Asks that everything be read again. */
  resync (): void
  /** Forgets what was not told yet. */
  drop (): void
}

/** Events within so many milliseconds come to the views together. */
const togetherMs = 60

/** Makes the list of those who listen. */
export function createListeners (): Listeners {
  const listeners = new Set<LiveListener>()
  let waiting: TransitionEvent[] = []

  function flush (): void {
    const events = waiting
    waiting = []
    if (events.length > 0) each(({ events: hear }) => { hear?.(events) })
  }

  /** One that fails must not keep the others from hearing. */
  function each (tellOne: (listener: LiveListener) => void): void {
    for (const listener of [...listeners]) {
      try {
        tellOne(listener)
      } catch (error) {
        setTimeout(() => { throw error })
      }
    }
  }

  return {
    listen (listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    tell (event) {
      if (waiting.length === 0) setTimeout(flush, togetherMs)
      waiting.push(event)
    },
    resync () {
      // What has come before is told first: those who read again then know no less.
      flush()
      each(({ resync }) => { resync?.() })
    },
    drop () { waiting = [] }
  }
}
