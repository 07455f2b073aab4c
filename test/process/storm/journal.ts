import type { JsonValue } from '../../../src/domain/json.js'
import type { ActionState } from '../../../src/domain/lifecycle.js'
import type { Work } from './work.js'

/** The protocols through which actions are asked for. */
export type FaceName = 'api' | 'replicante-classic' | 'replicante-next' | 'activeworkflow'

/** One request, as it is remembered outside of the agent. */
export interface Sent {
  readonly face: FaceName
  readonly work: Work
  /** Of the action; null as long as only the agent knows it. */
  id: string | null
  /** When it was first sent, on the journal's clock. */
  readonly sentAt: number
  acknowledgedAt: number | null
  /** A cancel was sent; the agent may or may not have taken it. */
  cancelSent: boolean
  /** The state in which the action was when a cancel was acknowledged; null when none was. */
  cancelledAs: ActionState | null
}

/** The end of an action, as somebody was told of it. */
export interface ToldEnd {
  readonly id: string
  readonly by: string
  readonly state: ActionState
  readonly payload: JsonValue
}

/**
 * What the clients know, kept outside of the agent: what they asked for, what was acknowledged, what they were told.
 * Its clock counts what happens here, so that of two moments the earlier is known.
 */
export interface Journal {
  readonly sent: readonly Sent[]
  readonly told: readonly ToldEnd[]
  /** Notes a request that is about to be sent for the first time. */
  send (request: Pick<Sent, 'face' | 'work' | 'id'>): Sent
  acknowledge (request: Sent): void
  /** The request that asked for an action, where its id is known. */
  find (id: string): Sent | undefined
  /** Notes what somebody was told of an action; what is not final may still change and is not noted. */
  tell (told: ToldEnd): void
}

/** Makes an empty journal. */
export function createJournal (): Journal {
  const sent: Sent[] = []
  const told: ToldEnd[] = []
  const byId = new Map<string, Sent>()
  let now = 0
  return {
    sent,
    told,
    send (request) {
      const noted = { ...request, sentAt: ++now, acknowledgedAt: null, cancelSent: false, cancelledAs: null }
      sent.push(noted)
      if (noted.id !== null) byId.set(noted.id, noted)
      return noted
    },
    acknowledge (request) {
      request.acknowledgedAt ??= ++now
      if (request.id !== null) byId.set(request.id, request)
    },
    find: id => byId.get(id),
    tell (end) {
      if (end.state === 'DONE' || end.state === 'FAILED') told.push(end)
    }
  }
}
