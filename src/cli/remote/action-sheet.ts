import type { ActionDetail } from '../../client/model.js'
import { elapsed } from '../../elapsed.js'
import { fitTable } from '../fitted-table.js'
import { visible } from '../table.js'
import { painted } from './action-table.js'
import { indented } from './action-text.js'
import type { Paint } from './colour.js'
import { inWords } from '../../progress/progress.js'
import { msBetween, stepsOf, type Step } from '../../progress/steps.js'

/** How a sheet is written. */
export interface SheetLook {
  readonly paint: Paint
  /** How wide the history may be; null: as wide as it is. */
  readonly columns: number | null
}

/** All that is known of an action, for people: who and when, the history in steps, the arguments, what it reported. */
export function actionSheet (action: ActionDetail, look: SheetLook): string[] {
  const { paint } = look
  const { args, headers, state_payload: payload } = action
  return [
    ...factsOf(action, paint).map(([name, value]) => `${paint(name.padEnd(12), 'dim')} ${value}`),
    '', ...historyTable(action, look),
    ...section('arguments', args ?? {}, paint),
    ...section('headers', headers, paint),
    ...section('payload', payload ?? {}, paint)
  ]
}

type Fact = readonly [name: string, value: string]

function factsOf (action: ActionDetail, paint: Paint): Fact[] {
  const { id, kind, state, lane, interruptions, cancel_requested_ts: cancelled } = action
  return [
    ['id', visible(id)],
    ['kind', visible(kind)],
    ['state', painted(visible(state), paint)],
    ...lane === 'main' ? [] : [['lane', visible(lane)] as const],
    ...askedBy(action),
    ...durationsOf(action),
    ...cancelled === null ? [] : [['cancelled', `asked for at ${visible(cancelled)}`] as const],
    ...interruptions === 0 ? [] : [['interrupted', `${interruptions}x since its last progress`] as const]
  ]
}

function askedBy (action: ActionDetail): Fact[] {
  const { principal, protocol, remote_address: address, requester } = action
  const { created_ts: created, scheduled_ts: scheduled } = action
  const from = address === null ? '' : ` from ${address}`
  return [
    ['asked by', visible(`${principal}${from}, by ${protocol}, as ${requester}`)],
    ['scheduled', visible(scheduled)],
    ...created === scheduled ? [] : [['created', visible(created)] as const]
  ]
}

/** Only what is over: what goes on has no length yet. */
function durationsOf ({ scheduled_ts: scheduled, started_ts: started, finished_ts: finished }: ActionDetail): Fact[] {
  const between = (name: string, from: string | null, to: string | null): Fact[] =>
    from === null || to === null ? [] : [[name, elapsed(msBetween(from, to))]]
  return [
    ...between('waited', scheduled, started ?? finished),
    ...between('ran', started, finished),
    ...between('total', scheduled, finished)
  ]
}

function historyTable (action: ActionDetail, { paint, columns }: SheetLook): string[] {
  const steps = stepsOf(action)
  const cells = (cell: (step: Step) => string): string[] => steps.map(cell)
  return fitTable([
    { head: 'TIME', cells: cells(({ began }) => began) },
    { head: 'STATE', cells: cells(({ state }) => state), paint: state => painted(state, paint) },
    { head: 'STEP', cells: cells(step => isEnd(step) ? '-' : step.progress.step ?? '-') },
    { head: 'TOOK', cells: cells(({ tookMs }) => tookMs === null ? '-' : elapsed(tookMs)) },
    { head: 'REPORTS', cells: cells(({ reports }) => String(reports)), optional: true },
    // Of the end the payload is told in full below.
    { head: 'WHAT', cells: cells(step => isEnd(step) ? '' : whatOf(step)), keep: 'start', optional: true }
  ], columns)
}

function isEnd ({ state }: Step): boolean {
  return state === 'DONE' || state === 'FAILED'
}

function whatOf ({ progress }: Step): string {
  return inWords(progress).replace(/\s+/g, ' ').slice(0, longestCell)
}

const longestCell = 200

function section (title: string, value: unknown, paint: Paint): string[] {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return isEmpty ? [] : ['', paint(title, 'dim'), ...indented(value)]
}
