import type { ActionSummary, StewardClient } from '../../client/model.js'
import { readDetails } from './board-reads.js'
import type { WaitingAction } from './board-state.js'
import { createCalm } from './calm.js'

/** Reads what events do not tell of an action: who asked for it. */
export interface BoardDetails {
  /** Reads it of those that run. */
  soon (): void
  /** Reads it of those that wait and are looked at, where it is not known. */
  look (actions: readonly WaitingAction[]): void
}

interface Parts {
  readonly client: Pick<StewardClient, 'page' | 'action' | 'activity'>
  readonly heed: (error: unknown) => void
  /** Told what was read. */
  readonly take: (actions: readonly ActionSummary[]) => void
}

/** Asked at most once in so many milliseconds. */
const calmMs = 400

/** Makes one; reads nothing yet. */
export function createBoardDetails ({ client, heed, take }: Parts): BoardDetails {
  /** From when on (RFC 3339) some are looked at of which too little is known. */
  let looked: string | null = null

  const { soon } = createCalm(calmMs, async () => {
    const since = looked
    looked = null
    await readDetails(client, { since }).then(take, heed)
  })

  return {
    soon,
    look (actions) {
      looked = actions.find(({ requester }) => requester === null)?.scheduled ?? null
      if (looked !== null) soon()
    }
  }
}
