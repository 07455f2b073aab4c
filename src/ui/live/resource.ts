import { useEffect, useRef, useState } from 'preact/hooks'
import type { TransitionEvent } from '../../client/events.js'
import { asError } from './as-error.js'
import { useSession } from './session-context.js'

/** What was asked of the agent, as far as it has answered. */
export interface Resource<T> {
  /** The last answer; kept while it is asked again. Null: none yet. */
  readonly data: T | null
  /** Why the last try failed; null when it did not. */
  readonly error: Error | null
  readonly loading: boolean
  readonly reload: () => void
}

interface ResourceOptions {
  /** What the answer depends on: when it changes, the old answer is dropped. */
  readonly key: string
  /** Which events make it stale; what comes within a moment makes it be asked again once. Absent: none does. */
  readonly staleBy?: (event: TransitionEvent) => boolean
  /** Asked again after so many milliseconds, while the page is seen. */
  readonly everyMs?: number
}

/** Stale answers are asked again this many milliseconds later at the earliest. */
const calmMs = 400

/** Asks the agent, and again when the answer has become stale: by events, by a new stream, or by time. */
export function useResource<T> (
  load: (signal: AbortSignal) => Promise<T>, { key, staleBy, everyMs }: ResourceOptions
): Resource<T> {
  const { live, heed } = useSession()
  const [state, setState] = useState<Omit<Resource<T>, 'reload'> & { readonly key: string }>(
    { key, data: null, error: null, loading: true })
  const [asked, setAsked] = useState(0)
  const latest = useRef({ load, staleBy })
  const isBusy = useRef(false)
  const hasFailed = useRef(false)
  latest.current = { load, staleBy }
  hasFailed.current = state.error !== null

  useEffect(() => {
    const given = new AbortController()
    const { signal } = given
    isBusy.current = true
    setState(before => before.key === key
      ? { ...before, loading: true }
      : { key, data: null, error: null, loading: true })
    latest.current.load(signal).then(
      data => { if (!signal.aborted) setState({ key, data, error: null, loading: false }) },
      (error: unknown) => {
        if (signal.aborted) return
        heed(error)
        const said = asError(error)
        setState(before => ({ key, data: before.key === key ? before.data : null, error: said, loading: false }))
      }).finally(() => { if (!signal.aborted) isBusy.current = false })
    return () => { given.abort() }
  }, [key, asked])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    // Never while an answer is on its way: events that keep coming must not keep every answer from arriving.
    const again = (): void => {
      timer = isBusy.current ? setTimeout(again, calmMs) : undefined
      if (timer === undefined) setAsked(count => count + 1)
    }
    const soon = (): void => { timer ??= setTimeout(again, calmMs) }
    const end = live.listen({
      events: events => { if (latest.current.staleBy !== undefined && events.some(latest.current.staleBy)) soon() },
      resync: soon
    })
    // What failed while nobody was there is not to fail until somebody asks.
    const unsubscribe = live.connection.subscribe(({ state: now }) => { if (now === 'live' && hasFailed.current) soon() })
    const ticking = everyMs === undefined ? undefined : setInterval(() => { if (!document.hidden) again() }, everyMs)
    return () => {
      end()
      unsubscribe()
      clearTimeout(timer)
      clearInterval(ticking)
    }
  }, [key, everyMs])

  const { key: of, ...known } = state
  const reload = (): void => { setAsked(count => count + 1) }
  return of === key ? { ...known, reload } : { data: null, error: null, loading: true, reload }
}
