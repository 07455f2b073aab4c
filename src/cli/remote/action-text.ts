import type { Action, Transition } from '../../client/model.js'
import { isJsonObject } from '../../domain/json.js'
import type { Output } from '../actions.js'
import { elapsed } from '../../elapsed.js'
import { visible } from '../table.js'
import { painted } from './action-table.js'
import type { Paint } from './colour.js'
import { asJson, asYaml } from './format.js'
import { msBetween } from '../../progress/steps.js'

/** The line that says which action there is, and how it is: `ID  NEW  kind`. */
export function actionLine ({ id, state, kind }: Pick<Action, 'id' | 'state' | 'kind'>, paint: Paint): string {
  return `${visible(id)}  ${painted(visible(state), paint)}  ${visible(kind)}`
}

/** What an action has come to: its line, with how long it has taken since it was scheduled, and what it reported. */
export function outcomeLines (action: Action, paint: Paint): string[] {
  const { scheduled_ts: scheduled, finished_ts: finished, state, state_payload: payload } = action
  const took = finished === null ? '' : `  ${elapsed(msBetween(scheduled, finished))}`
  // Why it has failed is told as trouble.
  return [`${actionLine(action, paint)}${took}`, ...state === 'FAILED' || payload === null ? [] : indented(payload)]
}

/** A value as YAML below its title. */
export function indented (value: unknown): string[] {
  return asYaml(value).split('\n').map(line => `  ${line}`)
}

/** A transition on one line, for those who read a log: `TIME STATE payload`. */
export function transitionLine ({ timestamp, state, state_payload: payload }: Transition): string {
  const told = payload === null ? '' : ` ${asJson(payload)}`
  return visible(`${timestamp} ${state}${told.length > longestPayload ? `${told.slice(0, longestPayload)}...` : told}`)
}

const longestPayload = 2000

/** Tells why an action has failed: the sentence, and the layers below it in the words of whom they come from. */
export function tellFailure ({ id, state_payload: payload }: Pick<Action, 'id' | 'state_payload'>, { err }: Pick<Output, 'err'>): void {
  const { error, layers } = isJsonObject(payload) ? payload : {}
  const sentence = typeof error === 'string' ? error : asJson(payload)
  err(`steward: ${visible(id)} has FAILED: ${linesOf(sentence).join('\n  ')}`)
  for (const layer of Array.isArray(layers) ? layers : []) {
    if (typeof layer === 'string') for (const line of linesOf(layer)) err(`  ${line}`)
  }
}

function linesOf (text: string): string[] {
  return text.trim().split(/\r?\n/).map(visible)
}

/** True for an action that has ended because somebody cancelled it. */
export function wasCancelled ({ state, state_payload: payload }: Pick<Action, 'state' | 'state_payload'>): boolean {
  return state === 'FAILED' && isJsonObject(payload) && payload['reason'] === 'cancelled'
}
