import { effect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { TransitionEvent } from '../../../client/events.js'
import type { Activity, DatastoreInfo, Shard } from '../../../client/model.js'
import { useSession } from '../../live/session-context.js'
import type { Session } from '../../live/session.js'
import { whileHidden } from '../../live/visibility.js'
import { createLagHistory, type LagHistory } from './lag-history.js'
import { createPoll, type Poll, type Polled } from './poll.js'

/** What is known of the agent's surroundings, once for all views of a session. */
export interface Watch {
  readonly info: Poll<DatastoreInfo>
  /** Asked as long as the page is seen, whatever it shows: the lags make a line. */
  readonly shards: Poll<readonly Shard[]>
  readonly lags: LagHistory
  readonly activity: Poll<Activity>
  /** Null: the agent is ready; else why it is not. */
  readonly readiness: Poll<string | null>
}

/** Milliseconds between two questions about the datastore. */
export const datastoreEveryMs = 5_000

/** How long lags are kept, in milliseconds. */
export const lagsKeptMs = 15 * 60_000

/** The activity is whole minutes: without events nothing but the time changes. */
const activityEveryMs = 30_000

const mostShards = 1_000

const watches = new WeakMap<Session, Watch>()

/** The watch of a session; the first to ask makes it begin. */
export function watchOf (session: Session): Watch {
  const watch = watches.get(session) ?? createWatch(session)
  watches.set(session, watch)
  return watch
}

/** The watch of this session. */
export function useWatch (): Watch {
  return watchOf(useSession())
}

/** What a poll knows, kept fresh while the view is there. */
export function usePoll<T> (poll: Poll<T>): Polled<T> {
  useEffect(() => poll.use(), [poll])
  return poll.state.value
}

function createWatch ({ client, live, permissions, heed }: Session): Watch {
  const how = { everyMs: datastoreEveryMs, calmMs: 1_000, isSeen: () => !document.hidden, heed }
  const lags = createLagHistory({ keepMs: lagsKeptMs, mostShards })
  const info = createPoll({ ...how, load: signal => client.datastoreInfo({ signal }) })
  const readiness = createPoll({ ...how, load: signal => client.readiness({ signal }) })
  const activity = createPoll({ ...how, everyMs: activityEveryMs, load: signal => client.activity({ signal }) })
  const shards = createPoll({
    ...how,
    async load (signal) {
      try {
        const found = await client.shards({ signal })
        if (!signal.aborted) lags.record(Date.now(), found)
        return found
      } catch (error) {
        if (!signal.aborted) lags.record(Date.now(), null)
        throw error
      }
    }
  })
  const polls = [info, shards, activity, readiness]
  const all = (): void => { for (const poll of polls) poll.soon() }

  let release: (() => void) | null = null
  effect(() => {
    if (permissions.value.read) {
      release ??= shards.use()
    } else {
      // Somebody else may come now.
      release?.()
      release = null
      lags.clear()
      for (const poll of polls) poll.forget()
    }
  })
  effect(() => { if (live.connection.value.state === 'live') all() })
  live.listen({ events: countedBy(activity.soon), resync: all })
  whileHidden({ afterMs: 0, hidden: () => {}, shown: all })
  return { info, shards, lags, activity, readiness }
}

/** Calls back for what changes the figures: not for the progress of an action that is known to run. */
function countedBy (changed: () => void): (events: readonly TransitionEvent[]) => void {
  const running = new Set<string>()
  return events => {
    let isChange = false
    for (const { action_id: id, state } of events) {
      if (state === 'RUNNING' && running.has(id)) continue
      isChange = true
      if (state === 'RUNNING') running.add(id)
      else running.delete(id)
    }
    // Where ends were missed: it only costs to ask once too often.
    if (running.size > mostRunning) running.clear()
    if (isChange) changed()
  }
}

const mostRunning = 1_000
