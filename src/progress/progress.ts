import { isJsonObject, type JsonObject } from '../domain/json.js'
import { bytesInWords, findMeasure, type Measure } from './measure.js'

/** What a state payload says of how far an action is. */
export interface Progress {
  /** The step that the action is in, such as `copy`; null where it names none. */
  readonly step: string | null
  /** How much of it is done; null where it does not say. */
  readonly measure: Measure | null
  /** What else it says, on one line; empty: nothing. */
  readonly rest: string
}

const nothing: Progress = { step: null, measure: null, rest: '' }

/**
 * Reads the payloads of our kinds, and whatever else is like them: a step (`stage`, `phase`), how much is done, the
 * stage of a composed kind with that stage's payload, and what an external action's check has printed. Of other values
 * it is the JSON.
 */
export function readProgress (payload: unknown): Progress {
  if (payload === null || payload === undefined) return nothing
  if (!isJsonObject(payload)) return { ...nothing, rest: asText(payload) }
  return readComposed(payload) ?? readExternal(payload) ?? readOther(payload)
}

/** What is known of a step, in words on one line: how much, and what else. */
export function inWords ({ measure, rest }: Progress): string {
  return [measure?.words ?? '', rest].filter(text => text !== '').join(', ')
}

/** `{ stage, state, payload }`, where the stage is the place of one of several kinds. */
function readComposed (payload: JsonObject): Progress | null {
  const { stage, state, payload: inner } = payload
  if (typeof stage !== 'number' || typeof state !== 'string' || inner === undefined) return null
  const { step, ...of } = readProgress(inner)
  const place = `stage ${stage + 1}`
  return { step: step === null ? place : `${place}, ${step}`, ...of }
}

/** `{ phase, exit_code, stdout, stderr, truncated, check? }`: the last check tells the most. */
function readExternal (payload: JsonObject): Progress | null {
  const { phase, stdout, check, note } = payload
  if (typeof phase !== 'string' || (typeof stdout !== 'string' && check === undefined && note === undefined)) return null
  const said = isJsonObject(check) ? parsed(check['stdout']) : undefined
  if (!isJsonObject(said)) return { step: phase, measure: null, rest: lastLine(said ?? stdout ?? note) }
  const { step, ...of } = readOther(without(said, 'status'))
  return { step: step ?? phase, ...of }
}

/** Names of the fields that say which step it is; the first that is there does. */
const stepFields = ['stage', 'phase', 'step']

function readOther (payload: JsonObject): Progress {
  const names = stepFields.filter(name => isName(payload[name]))
  const step = names[0] === undefined ? null : asText(payload[names[0]])
  const found = findMeasure(payload)
  const known = new Set([...names.slice(0, 1), ...found?.fields ?? []])
  const others = Object.entries(payload).filter(([name, value]) => !known.has(name) && value !== null)
  return { step, measure: found?.measure ?? null, rest: restInWords(others, { isKnown: known.size > 0 }) }
}

function isName (value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
}

function restInWords (fields: ReadonlyArray<readonly [string, unknown]>, { isKnown }: { isKnown: boolean }): string {
  if (fields.length === 0) return ''
  const message = fields.find(([name, value]) => (name === 'message' || name === 'error') && typeof value === 'string')
  if (message !== undefined) return asText(message[1])
  if (!isKnown) return asText(Object.fromEntries(fields))
  return fields.map(([name, value]) => {
    return `${name.replaceAll('_', ' ')} ${/(^|_)bytes(_|$)/.test(name) && typeof value === 'number' ? bytesInWords(value) : asText(value)}`
  }).join(', ')
}

function without (object: JsonObject, field: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== field))
}

function parsed (text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) as unknown : undefined
  } catch {
    return undefined
  }
}

function lastLine (text: unknown): string {
  return typeof text === 'string' ? text.trim().split('\n').at(-1) ?? '' : asText(text)
}

function asText (value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value) ?? ''
}
