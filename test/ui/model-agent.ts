import type { TransitionEvent } from '../../src/client/events.js'
import type { ActionDetail, ActionPage, ActionSummary, ListFilter } from '../../src/client/model.js'

interface Modelled {
  readonly id: string
  readonly lane: string
  state: ActionSummary['state']
  payload: unknown
  /** Where its last event is among all. */
  at: number
}

/** An agent in a few lines: its actions in the order of scheduling, and every event. */
export class ModelAgent {
  readonly actions: Modelled[] = []
  readonly events: TransitionEvent[] = []

  /** Puts another one behind the queue. */
  schedule (lane = 'main'): void {
    const id = `action-${this.actions.length}`
    this.actions.push({ id, lane, state: 'NEW', payload: null, at: 0 })
    this.tell(this.actions.at(-1)!)
  }

  /** Goes on with what runs in the lane, or begins what is next there. */
  step (lane: string, state: 'RUNNING' | 'DONE' | 'FAILED'): void {
    const ofLane = this.actions.filter(action => action.lane === lane)
    const running = ofLane.find(action => action.state === 'RUNNING')
    const next = ofLane.find(action => action.state === 'NEW')
    if (running !== undefined) this.move(running, state)
    else if (next !== undefined) this.move(next, state === 'FAILED' ? 'FAILED' : 'RUNNING')
  }

  /** Moves an action, and tells of it. */
  move (action: Modelled, state: Modelled['state']): void {
    Object.assign(action, { state, payload: state === 'FAILED' ? { error: 'no', reason: 'error' } : this.events.length })
    this.tell(action)
  }

  private tell (action: Modelled): void {
    const { id, lane, state, payload } = action
    action.at = this.events.length
    const timestamp = timeOf(action.at)
    const of = { action_id: id, kind: 'a/kind', lane, protocol: 'api', state, state_payload: payload }
    this.events.push({ type: 'transition', id: `store-${action.at}`, timestamp, ...of })
  }

  /** A page as the API gives it. */
  page ({ state = [], order, limit = 100, cursor }: ListFilter): ActionPage {
    const inOrder = order === 'asc' ? this.actions : [...this.actions].reverse()
    const from = cursor === undefined ? 0 : inOrder.findIndex(({ id }) => id === cursor) + 1
    const fitting = inOrder.slice(from).filter(action => state.includes(action.state))
    const actions = fitting.slice(0, limit).map(summaryOf)
    return { actions, next: fitting.length > limit ? actions.at(-1)!.id : null, gap: false }
  }

  /** The ids of those that wait. */
  waiting (): string[] {
    return this.actions.filter(({ state }) => state === 'NEW').map(({ id }) => id)
  }
}

/** When the event at a place among all was. */
export function timeOf (at: number): string {
  return new Date(1_800_000_000_000 + at).toISOString()
}

/** An action as the API tells it. */
export function summaryOf ({ id, lane, state, payload, at }: Modelled): ActionDetail {
  const time = timeOf(at)
  return {
    id,
    kind: 'a/kind',
    lane,
    state,
    requester: 'TEST',
    principal: 'local',
    protocol: 'api',
    remote_address: null,
    created_ts: time,
    scheduled_ts: time,
    started_ts: state === 'NEW' ? null : time,
    finished_ts: state === 'DONE' || state === 'FAILED' ? time : null,
    cancel_requested_ts: null,
    failure: state === 'FAILED' ? { reason: 'error', error: 'no' } : null,
    interruptions: 0,
    version: 1,
    request_id: null,
    traceparent: null,
    args: null,
    headers: {},
    state_payload: payload,
    history: []
  }
}
