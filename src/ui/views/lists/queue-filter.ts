import type { WaitingAction } from '../../live/board-state.js'

/** The part of a queue that is shown. */
export interface Matching {
  readonly rows: readonly WaitingAction[]
  /** The place of each row in the queue, from 0 on; null: they are the queue. */
  readonly places: readonly number[] | null
}

/** Those that have the text in their kind, id, requester or lane, in either case. */
export function matchingOf (waiting: readonly WaitingAction[], text: string): Matching {
  const sought = text.trim().toLowerCase()
  if (sought === '') return { rows: waiting, places: null }
  const rows: WaitingAction[] = []
  const places: number[] = []
  for (const [place, action] of waiting.entries()) {
    const { kind, id, requester, lane } = action
    if (![kind, id, requester ?? '', lane].some(field => field.toLowerCase().includes(sought))) continue
    rows.push(action)
    places.push(place)
  }
  return { rows, places }
}
