import type { ActionSummary } from '../../client/model.js'
import { ago, elapsed } from '../../elapsed.js'
import type { Column } from '../fitted-table.js'
import { colourOf, type Paint } from './colour.js'

/** How actions are shown to whom. */
export interface Look {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly paint: Paint
  /** A person at a terminal: times are told as how long ago they were. */
  readonly personal: boolean
}

/** The columns of a list of actions. */
export function actionColumns (actions: readonly ActionSummary[], { now, paint, personal }: Look): Column[] {
  const cells = (cell: (action: ActionSummary) => string): string[] => actions.map(cell)
  const lanes: Column[] = actions.every(({ lane }) => lane === 'main') ? [] : [{ head: 'LANE', cells: cells(({ lane }) => lane), optional: true }]
  const reasons = cells(reasonOf)
  const told: Column[] = reasons.every(reason => reason === '-') ? [] : [{ head: 'REASON', cells: reasons, optional: true }]
  return [
    { head: 'ID', cells: cells(({ id }) => id) },
    { head: 'STATE', cells: cells(({ state }) => state), paint: text => painted(text, paint) },
    { head: 'KIND', cells: cells(({ kind }) => kind), keep: 'end' },
    {
      head: 'SCHEDULED',
      cells: cells(({ scheduled_ts: at }) => personal ? ago(now - Date.parse(at)) : at),
      optional: true
    },
    { head: 'TOOK', cells: cells(action => tookOf(action, now)), optional: true },
    { head: 'REQUESTER', cells: cells(({ requester }) => requester), optional: true },
    ...lanes,
    ...told
  ]
}

/** Why it failed, where that is more than an error. An older agent does not say. */
function reasonOf ({ failure }: ActionSummary): string {
  const reason = failure?.reason ?? '-'
  return reason === 'error' ? '-' : reason
}

/** A state in its colour. */
export function painted (state: string, paint: Paint): string {
  const colour = colourOf(state.trimEnd())
  return colour === null ? state : paint(state, colour)
}

/** How long it ran; of one that runs, how long it has until now. */
export function tookOf ({ started_ts: started, finished_ts: finished }: ActionSummary, now: number): string {
  if (started === null) return '-'
  return elapsed((finished === null ? now : Date.parse(finished)) - Date.parse(started))
}
