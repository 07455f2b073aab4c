import { getTableColumns } from 'drizzle-orm'
import type { Action, ActionEvent, ActionSummary, Transition } from '../domain/action.js'
import type { JsonValue } from '../domain/json.js'
import type { ActionState } from '../domain/lifecycle.js'
import { actionTable, type ActionRow } from './schema.js'

const { args, headers, statePayload, collector, updatedAt, suspendedAt, progressEntries, historyBytes, ...listed } =
  getTableColumns(actionTable)

/** The columns that lists show: a page stays small, whatever the actions carry. */
export const summaryColumns = listed

/** A row of a list. */
export type SummaryRow = Omit<ActionRow,
'args' | 'headers' | 'statePayload' | 'collector' | 'updatedAt' | 'suspendedAt' | 'progressEntries' | 'historyBytes'>

/** The columns of a hand-written statement, so that its rows have the shape that drizzle gives. */
export function actionColumns (table = 'action'): string {
  return Object.entries(getTableColumns(actionTable)).map(([name, column]) => `${table}.${column.name} as "${name}"`).join(', ')
}

/** The same for a statement that returns what it wrote. */
export const returningAction = `returning ${actionColumns()}`

/** JSON text as it is stored: SQL null for the JSON null, which is what most payloads are. */
export function payloadText (payload: JsonValue): string | null {
  return payload === null ? null : JSON.stringify(payload)
}

function payloadValue (text: string | null): JsonValue {
  return text === null ? null : JSON.parse(text) as JsonValue
}

/** What lists show of a row. */
export function toSummary (row: SummaryRow): ActionSummary {
  return {
    seq: row.seq,
    id: row.id,
    kind: row.kind,
    lane: row.lane,
    state: row.state,
    requester: row.requester,
    principal: row.principal,
    protocol: row.protocol,
    createdAt: row.createdAt,
    scheduledAt: row.scheduledAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    cancelRequestedAt: row.cancelRequestedAt,
    interruptions: row.interruptions,
    version: row.version
  }
}

/** The action of a row. */
export function toAction (row: ActionRow): Action {
  return {
    ...toSummary(row),
    args: JSON.parse(row.args) as JsonValue,
    headers: JSON.parse(row.headers) as Record<string, string>,
    statePayload: payloadValue(row.statePayload)
  }
}

/** A row of `transition`, with the id of its action. */
export interface TransitionRow {
  readonly seq: number
  readonly at: number
  readonly state: ActionState
  readonly payload: string | null
  readonly actionId: string
}

/** The history entry of a row. */
export function toTransition ({ seq, actionId, at, state, payload }: TransitionRow): Transition {
  return { seq, actionId, at, state, payload: payloadValue(payload) }
}

/** The event of a row that was joined with its action. */
export function toEvent (row: TransitionRow & { kind: string, lane: string, protocol: string }): ActionEvent {
  return { ...toTransition(row), kind: row.kind, lane: row.lane, protocol: row.protocol }
}
