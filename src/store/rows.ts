import type Database from 'better-sqlite3'
import { getTableColumns } from 'drizzle-orm'
import type { Action, ActionEvent, ActionSummary, Transition } from '../domain/action.js'
import { isJsonObject, type JsonValue } from '../domain/json.js'
import { actionStates, type ActionState } from '../domain/lifecycle.js'
import { Damage } from './errors.js'
import { actionTable, type ActionRow } from './schema.js'

const {
  args, headers, statePayload, collector, updatedAt, suspendedAt, progressEntries, historyBytes, lastTransition,
  requestId, traceparent, tracestate, ...listed
} = getTableColumns(actionTable)

/** The columns that lists show: a page stays small, whatever the actions carry. */
export const summaryColumns = listed

/** A row of a list. */
export type SummaryRow = Pick<ActionRow, keyof typeof listed>

/** The columns of a hand-written statement, in the order in which it gives them. */
const order = [
  'seq', 'id', 'kind', 'lane', 'protocol', 'principal', 'requester', 'state', 'createdAt', 'scheduledAt',
  'startedAt', 'finishedAt', 'cancelRequestedAt', 'updatedAt', 'interruptions', 'suspendedAt', 'progressEntries',
  'historyBytes', 'version', 'collector', 'lastTransition', 'args', 'headers', 'statePayload', 'remoteAddress', 'requestId',
  'traceparent', 'tracestate'
] as const satisfies ReadonlyArray<keyof ActionRow>

/** The columns of a hand-written statement, for `prepareRows`. */
export function actionColumns (table = 'action'): string {
  const columns = getTableColumns(actionTable)
  return order.map(name => `${table}.${columns[name].name}`).join(', ')
}

/** A hand-written statement that gives actions: one, or one after the other. */
export interface RowStatement<P extends unknown[]> {
  get (...parameters: P): ActionRow | undefined
  iterate (...parameters: P): Iterable<ActionRow>
}

/**
 * Prepares a statement whose columns are `actionColumns`. Rows come as arrays and are made into objects here: better-
 * sqlite3 adds one property after the other, which for so many takes twice as long (measured: 26 against 13 µs).
 */
export function prepareRows<P extends unknown[]> (database: Database.Database, sql: string): RowStatement<P> {
  const statement = database.prepare<unknown[], RowValues>(sql).raw()
  return {
    get (...parameters) {
      const values = statement.get(...parameters)
      return values === undefined ? undefined : rowOf(values)
    },
    * iterate (...parameters) {
      for (const values of statement.iterate(...parameters)) yield rowOf(values)
    }
  }
}

/** A row as better-sqlite3 gives it: what `order` says. */
type RowValues = { readonly [I in keyof typeof order]: I extends `${number}` ? ActionRow[(typeof order)[I]] : never } & readonly unknown[]

function rowOf (values: RowValues): ActionRow {
  return {
    seq: values[0],
    id: values[1],
    kind: values[2],
    lane: values[3],
    protocol: values[4],
    principal: values[5],
    requester: values[6],
    state: values[7],
    createdAt: values[8],
    scheduledAt: values[9],
    startedAt: values[10],
    finishedAt: values[11],
    cancelRequestedAt: values[12],
    updatedAt: values[13],
    interruptions: values[14],
    suspendedAt: values[15],
    progressEntries: values[16],
    historyBytes: values[17],
    version: values[18],
    collector: values[19],
    lastTransition: values[20],
    args: values[21],
    headers: values[22],
    statePayload: values[23],
    remoteAddress: values[24],
    requestId: values[25],
    traceparent: values[26],
    tracestate: values[27]
  }
}

/** JSON text as it is stored: SQL null for the JSON null, which is what most payloads are. */
export function payloadText (payload: JsonValue): string | null {
  return payload === null ? null : JSON.stringify(payload)
}

/**
 * The payload of a stored text.
 * @throws Damage when the text is not JSON
 */
export function payloadValue (text: string | null): JsonValue {
  return text === null ? null : parse(text)
}

function parse (text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    throw new Damage('what should be JSON is not', { cause: error })
  }
}

function parseHeaders (text: string): Record<string, string> {
  const headers = parse(text)
  if (!isJsonObject(headers)) throw new Damage('the headers of an action are not an object')
  return headers as Record<string, string>
}

/** The state as it was read: a damaged database may hold any text. */
function stateOf (text: ActionState): ActionState {
  if (!actionStates.includes(text)) throw new Damage('the state of an action is none that there is')
  return text
}

/**
 * What lists show of a row.
 * @throws Damage
 */
export function toSummary (row: SummaryRow): ActionSummary {
  return {
    seq: row.seq,
    id: row.id,
    kind: row.kind,
    lane: row.lane,
    state: stateOf(row.state),
    requester: row.requester,
    principal: row.principal,
    protocol: row.protocol,
    remoteAddress: row.remoteAddress,
    createdAt: row.createdAt,
    scheduledAt: row.scheduledAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    cancelRequestedAt: row.cancelRequestedAt,
    interruptions: row.interruptions,
    version: row.version
  }
}

/**
 * The action of a row. With `Object.assign`: adding properties to a spread of so many costs 4 µs, and this 0.1.
 * @throws Damage
 */
export function toAction (row: ActionRow): Action {
  const { requestId, traceparent, tracestate } = row
  return Object.assign(toSummary(row), {
    requestId,
    trace: traceparent === null ? null : { traceparent, tracestate },
    args: parse(row.args),
    headers: parseHeaders(row.headers),
    statePayload: payloadValue(row.statePayload)
  })
}

/** A row of `transition`, with the id of its action. */
export interface TransitionRow {
  readonly seq: number
  readonly at: number
  readonly state: ActionState
  readonly payload: string | null
  readonly actionId: string
}

/**
 * The history entry of a row.
 * @throws Damage
 */
export function toTransition ({ seq, actionId, at, state, payload }: TransitionRow): Transition {
  return { seq, actionId, at, state: stateOf(state), payload: payloadValue(payload) }
}

/** A row of `transition`, joined with its action. */
export interface EventRow extends TransitionRow {
  readonly kind: string
  readonly lane: string
  readonly protocol: string
}

/** The event of a row. */
export function toEvent (row: EventRow): ActionEvent {
  return { ...toTransition(row), kind: row.kind, lane: row.lane, protocol: row.protocol }
}
