import { messageOf } from '../domain/failure.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.js'
import { failed, type FailedPayload, type FailureReason, type Outcome } from '../domain/kind.js'

/** What a kind returned, as an outcome: whatever else it is, the action ends. */
export function outcomeOf (returned: unknown): Outcome {
  const { state, payload } = (typeof returned === 'object' && returned !== null ? returned : {}) as Partial<Outcome>
  if (state === 'DONE') return payload === undefined ? { state } : { state, payload }
  if (state === 'FAILED') return { state, payload: completed(payload) }
  return failed('The kind returned no outcome.')
}

/**
 * The outcome as it can be stored: JSON, within the limit, and with every field that a FAILED payload has. A DONE whose
 * payload cannot be kept is still DONE: the work was done, and the payload says what became of what it reported.
 */
export function storable (outcome: Outcome, limit: number): Outcome {
  const fit = outcome.payload === undefined ? null : fitting(outcome.payload, limit)
  if (outcome.state === 'DONE') {
    if (fit === null) return { state: 'DONE' }
    return { state: 'DONE', payload: 'value' in fit ? fit.value : { payload_dropped: fit.why } }
  }
  if (fit !== null && 'value' in fit) return outcome
  const { error, reason } = outcome.payload
  return failed(error.slice(0, 10_000), { reason, more: { payload_dropped: fit?.why ?? null } })
}

function fitting (payload: JsonValue, limit: number): { value: JsonValue } | { why: string } {
  let text: string | undefined
  try {
    text = JSON.stringify(payload)
  } catch (error) {
    return { why: `it was not JSON: ${messageOf(error)}` }
  }
  if (text === undefined) return { value: null }
  const bytes = Buffer.byteLength(text)
  return bytes > limit ? { why: `it had ${bytes} bytes, and the limit is ${limit}` } : { value: payload }
}

/** A FAILED payload with every field that one has, whatever a careless kind left out or got wrong. */
function completed (payload: unknown): FailedPayload {
  const given: JsonObject = isJsonObject(payload) ? payload : {}
  const { error, layers, trace, variant, reason } = given
  return {
    ...given,
    error: typeof error === 'string' ? error : 'The kind failed without saying why.',
    layers: Array.isArray(layers) ? layers.map(String) : [],
    trace: typeof trace === 'string' ? trace : null,
    variant: typeof variant === 'string' ? variant : null,
    reason: reasons.find(known => known === reason) ?? 'error'
  }
}

const reasons: readonly FailureReason[] = ['error', 'timeout', 'cancelled', 'interrupted', 'unavailable']
