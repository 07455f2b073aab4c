import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { TransitionEvent } from '../../../client/events.js'
import type { ActionDetail } from '../../../client/model.js'
import { useResource, type Resource } from '../../live/resource.js'
import { useSession } from '../../live/session-context.js'
import { isOver, newsFor, withNews } from './news.js'

/** While an action runs, what no event tells (a wish to cancel) is looked for after so many milliseconds. */
const lookEveryMs = 5000

/** Reading everything again may take this part of the time: a history can have 17 MB. */
const mostOfTheTime = 0.05

/**
 * An action as it is now. Events are added to what was read; everything is read again when it has ended, when events
 * may be missing, and when the agent has a newer version than events account for.
 */
export function useAction (id: string): Resource<ActionDetail> {
  const { client, live, heed } = useSession()
  const told = useRef<TransitionEvent[]>([])
  const read = useRef({ endedAt: 0, tookMs: 0 })
  const [heard, setHeard] = useState(0)

  const load = async (signal: AbortSignal): Promise<ActionDetail> => {
    const began = performance.now()
    const action = await client.action(id, { signal })
    read.current = { endedAt: performance.now(), tookMs: performance.now() - began }
    return action
  }
  const endsIt = (event: TransitionEvent): boolean => event.action_id === id && isOver(event.state)
  const whole = useResource(load, { key: id, staleBy: endsIt })

  useEffect(() => live.listen({
    events: events => {
      const own = events.filter(event => event.action_id === id)
      if (own.length === 0) return
      told.current.push(...own)
      setHeard(count => count + 1)
    }
  }), [id])

  const { data } = whole
  const action = useMemo(() => {
    if (data === null) return null
    // What is in the answer is forgotten.
    told.current = newsFor(data, told.current)
    return withNews(data, told.current)
  }, [data, heard])

  const latest = useRef({ action, whole })
  latest.current = { action, whole }
  const isRunning = action?.state === 'RUNNING'
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(() => { lookForMore().catch(heed) }, lookEveryMs)
    return () => { clearInterval(timer) }

    async function lookForMore (): Promise<void> {
      const { endedAt, tookMs } = read.current
      const tooSoon = performance.now() - endedAt < tookMs / mostOfTheTime
      if (document.hidden || live.connection.peek().state !== 'live' || latest.current.whole.loading || tooSoon) return
      const { actions: [now] } = await client.page({ state: ['RUNNING'], lane: latest.current.action?.lane ?? '', limit: 1 })
      const { action: seen, whole: { reload } } = latest.current
      if (now?.id === id && seen !== null && now.version > seen.version) reload()
    }
  }, [id, isRunning])

  return { ...whole, data: action }
}
