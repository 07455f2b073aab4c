import type { TransitionEvent } from '../../../client/events.js'
import type { ActionDetail, Transition } from '../../../client/model.js'

/** True for a state that nothing follows. */
export function isOver (state: Transition['state']): boolean {
  return state === 'DONE' || state === 'FAILED'
}

/**
 * Of the events of an action those that it does not have yet. A history grows by its end, and its times never
 * decrease: what is older than its last entry is in it, and of that very millisecond what is equal to an entry.
 */
export function newsFor ({ history }: Pick<ActionDetail, 'history'>, events: readonly TransitionEvent[]): TransitionEvent[] {
  const last = history.at(-1)
  if (last === undefined) return [...events]
  const latest = Date.parse(last.timestamp)
  let same: string[] | null = null
  return events.filter(event => {
    const at = Date.parse(event.timestamp)
    if (at !== latest) return at > latest
    same ??= history.filter(entry => Date.parse(entry.timestamp) === latest).map(fingerprint)
    const place = same.indexOf(fingerprint(event))
    // Each entry answers for one event only.
    if (place >= 0) same.splice(place, 1)
    return place < 0
  })
}

function fingerprint ({ state, state_payload: payload }: Pick<Transition, 'state' | 'state_payload'>): string {
  return `${state} ${JSON.stringify(payload)}`
}

/** The action as it is after these events, as far as they tell. */
export function withNews (action: ActionDetail, news: readonly TransitionEvent[]): ActionDetail {
  const last = news.at(-1)
  if (last === undefined) return action
  const began = news.find(({ state }) => state === 'RUNNING')
  return {
    ...action,
    state: last.state,
    state_payload: last.state_payload,
    started_ts: action.started_ts ?? began?.timestamp ?? null,
    finished_ts: isOver(last.state) ? last.timestamp : null,
    // Progress ends a row of interruptions.
    interruptions: last.state === 'RUNNING' && action.state === 'RUNNING' ? 0 : action.interruptions,
    version: action.version + news.length,
    history: [...action.history, ...news.map(({ timestamp, state, state_payload: payload }) => (
      { timestamp, state, state_payload: payload }))]
  }
}
