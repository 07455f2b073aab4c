import { AgentRefusal } from '../../client/errors.js'
import type { TransitionEvent } from '../../client/events.js'
import type { ActionSummary } from '../../client/model.js'
import { systemClock } from '../../domain/clock.js'
import { failureIn } from '../../domain/failure.js'
import type { JsonValue } from '../../domain/json.js'
import { actionStates, isFinal } from '../../domain/lifecycle.js'
import { matchesGlob } from '../../glob.js'
import { fitTable } from '../fitted-table.js'
import { visible } from '../table.js'
import { actionColumns, painted } from './action-table.js'
import { collect, type ListWish } from './collect.js'
import { painter, type Paint } from './colour.js'
import type { Remote } from './remote.js'
import { startWatching } from './watching.js'

/** Prints the list, and then a line for each action that comes into another state, until Ctrl-C. */
export async function printChanges (remote: Remote, wish: ListWish): Promise<void> {
  const { client, out, err, signal } = remote
  const paint = painter(remote)
  const known = new Map<string, ActionSummary>()
  // The list is asked for when the events are listened to: nothing is lost in between.
  const watch = await startWatching(remote, {
    onLost: trouble => { err(`steward: ${trouble}`) },
    onBack: () => { err('steward: the agent is back') }
  })
  try {
    const { actions } = await collect(client, wish, signal)
    for (const action of actions) known.set(action.id, action)
    out(fitTable(actionColumns(actions, { now: systemClock.now(), paint, personal: false }), null).join('\n'))
    for await (const event of watch.events) {
      if (event.type === 'gap') err('steward: changes are missing here: the agent does not have them any more')
      else await tell(event)
    }
  } finally {
    watch.end()
  }

  async function tell (event: TransitionEvent): Promise<void> {
    const before = known.get(event.action_id)
    if (before !== undefined && rankOf(event.state) <= rankOf(before.state)) return
    const action = at(event, before ?? await find(remote, event.action_id))
    if (action === null) return
    known.set(action.id, action)
    if (isFinal(action.state)) known.delete(action.id)
    if (fits(action, wish)) out(lineOf(action, paint))
  }
}

/** Null: it has been pruned since. */
async function find ({ client, signal }: Remote, id: string): Promise<ActionSummary | null> {
  try {
    return await client.action(id, { signal })
  } catch (error) {
    if (error instanceof AgentRefusal && error.code === 'unknown-action') return null
    throw error
  }
}

/** The action as it was by that event. */
function at (event: TransitionEvent, action: ActionSummary | null): ActionSummary | null {
  if (action === null) return null
  const { state, timestamp, state_payload: payload } = event
  const started = state === 'NEW' ? null : action.started_ts ?? (state === 'RUNNING' ? timestamp : null)
  const failure = failureIn(state, payload as JsonValue)
  return { ...action, state, failure, started_ts: started, finished_ts: isFinal(state) ? timestamp : null }
}

function rankOf (state: ActionSummary['state']): number {
  return isFinal(state) ? actionStates.length : actionStates.indexOf(state)
}

function fits (action: ActionSummary, { filter, kind }: ListWish): boolean {
  const { state, lane, requester, protocol, until, search } = filter
  return (state?.includes(action.state) ?? true) && (protocol?.includes(action.protocol) ?? true) &&
    (lane ?? action.lane) === action.lane && (requester ?? action.requester) === action.requester &&
    (until === undefined || Date.parse(action.scheduled_ts) < Date.parse(until)) &&
    (search === undefined || isFoundIn(action, search)) && (kind === undefined || matchesGlob(kind, action.kind))
}

/** As the agent searches: only letters of ASCII match in either case. */
function isFoundIn ({ id, kind, lane, requester, principal, failure }: ActionSummary, search: string): boolean {
  const wanted = lowerAscii(search)
  return [id, kind, lane, requester, principal, failure?.error ?? ''].some(text => lowerAscii(text).includes(wanted))
}

function lowerAscii (text: string): string {
  return text.replace(/[A-Z]+/g, capitals => capitals.toLowerCase())
}

function lineOf (action: ActionSummary, paint: Paint): string {
  return actionColumns([action], { now: systemClock.now(), paint, personal: false })
    .map(({ head, cells: [cell = ''] }) => head === 'STATE' ? painted(cell.padEnd(7), paint) : visible(cell)).join('  ')
}
