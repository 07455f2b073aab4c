import { signal, type ReadonlySignal } from '@preact/signals'
import { asError } from '../../live/as-error.js'

/** What was answered, and when. */
export interface Answer<T> {
  readonly value: T
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** What is known of something that is asked again and again. */
export interface Polled<T> {
  /** The last answer, kept while there is none; null: there never was one. */
  readonly answer: Answer<T> | null
  /** Why the last try failed; null when it did not. */
  readonly trouble: Error | null
  /** When the last try was over, in milliseconds since the epoch. */
  readonly triedAt: number
}

/** Asks for something again and again, once for all who want to know. */
export interface Poll<T> {
  readonly state: ReadonlySignal<Polled<T>>
  /** Asks as long as anyone uses it. Returns the function that ends this use. */
  use (): () => void
  /** Asks again, at once or a moment after the last time. */
  soon (): void
  /** Forgets what was answered. */
  forget (): void
}

interface PollOptions<T> {
  readonly load: (signal: AbortSignal) => Promise<T>
  readonly everyMs: number
  /** Milliseconds between two tries at least, whatever happens. */
  readonly calmMs: number
  /** While nobody looks nothing is asked: who looks again calls `soon`. */
  readonly isSeen: () => boolean
  /** Told of every failure. */
  readonly heed: (error: unknown) => void
}

/** Makes a poll. Asks nothing until it is used. */
export function createPoll<T> ({ load, everyMs, calmMs, isSeen, heed }: PollOptions<T>): Poll<T> {
  const nothing: Polled<T> = { answer: null, trouble: null, triedAt: Date.now() }
  const state = signal(nothing)
  let users = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let due = Infinity
  let asked = -Infinity
  let asking: AbortController | null = null
  let isStale = false

  function plan (at: number): void {
    if (users === 0 || at >= due) return
    clearTimeout(timer)
    due = at
    timer = setTimeout(turn, Math.max(0, at - performance.now()))
  }

  function turn (): void {
    due = Infinity
    if (isSeen()) ask().catch(heed)
    else plan(performance.now() + everyMs)
  }

  async function ask (): Promise<void> {
    const { signal: given } = asking = new AbortController()
    asked = performance.now()
    isStale = false
    try {
      const value = await load(given)
      const at = Date.now()
      if (!given.aborted) state.value = { answer: { value, at }, trouble: null, triedAt: at }
    } catch (error) {
      if (given.aborted) return
      const trouble = asError(error)
      state.value = { ...state.peek(), trouble, triedAt: Date.now() }
      heed(error)
    } finally {
      if (!given.aborted) {
        asking = null
        plan(isStale ? asked + calmMs : Math.max(asked + everyMs, performance.now() + calmMs))
      }
    }
  }

  function stop (): void {
    clearTimeout(timer)
    due = Infinity
    asking?.abort()
    asking = null
  }

  function soon (): void {
    if (asking === null) plan(Math.max(performance.now(), asked + calmMs))
    else isStale = true
  }

  return {
    state,
    soon,
    use () {
      users++
      if (users === 1) soon()
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        users--
        if (users === 0) stop()
      }
    },
    forget () {
      // An answer that is on its way was asked for by whoever is to be forgotten.
      stop()
      state.value = nothing
      asked = -Infinity
      soon()
    }
  }
}
