import type { Action } from '../../../client/model.js'
import { isJsonObject } from '../../../domain/json.js'

/** Why an action has failed, as far as its payload says it. */
export interface FailureFacts {
  readonly error: string | null
  /** The words of the servers and programs beneath, outermost first. */
  readonly layers: readonly string[]
  readonly trace: string | null
  readonly variant: string | null
  readonly reason: string | null
}

/** Reads the payload of a FAILED action, which may be anything; null for other states. */
export function failureFacts ({ state, state_payload: payload }: Pick<Action, 'state' | 'state_payload'>): FailureFacts | null {
  if (state !== 'FAILED') return null
  const { error, layers, trace, variant, reason } = isJsonObject(payload) ? payload : {}
  return {
    error: textOrNull(error ?? payload),
    layers: Array.isArray(layers) ? layers.filter(layer => typeof layer === 'string') : [],
    trace: textOrNull(trace),
    variant: textOrNull(variant),
    reason: textOrNull(reason)
  }
}

function textOrNull (value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

const reasonWords: Readonly<Record<string, string>> = {
  cancelled: 'It was cancelled.',
  timeout: 'It took longer than its kind allows.',
  interrupted: 'The agent stopped while it ran, and its kind does not go on after that.',
  unavailable: 'What it needs could not be reached, or went away.'
}

/** What a reason means; null for those that say no more than that it failed. */
export function reasonInWords (reason: string | null): string | null {
  return reason === null || !Object.hasOwn(reasonWords, reason) ? null : reasonWords[reason] ?? null
}
