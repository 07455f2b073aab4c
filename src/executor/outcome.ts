import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.js'
import { failed, type AbortReason, type FailedPayload, type FailureReason, type Outcome } from '../domain/kind.js'

/** How a run ended: with what it returned, or with what it threw. */
export type Ending =
  | { readonly returned: Outcome }
  | { readonly threw: unknown }

/** The failure that an exception means. */
export function failureOf (error: unknown): Outcome {
  return failed(messageOf(error), {
    layers: causesOf(error),
    trace: error instanceof Error ? error.stack ?? null : null,
    variant: error instanceof Error && error.name !== 'Error' ? error.name : null
  })
}

/**
 * What a run came to that was told to end. The reason wins over whatever the run did afterwards; what it returned
 * is kept beside it, so that nothing that happened is hidden.
 */
export function endedBy (reason: Exclude<AbortReason, 'shutdown'> | 'interrupted', ending: Ending): Outcome {
  const sentence = sentences[reason]
  if ('threw' in ending) {
    const deliberate = ending.threw === reason || ending.threw === 'shutdown' || isAbortError(ending.threw)
    return failed(sentence, { reason, layers: deliberate ? [] : [messageOf(ending.threw), ...causesOf(ending.threw)] })
  }
  const { returned } = ending
  if (returned.state === 'FAILED') return { state: 'FAILED', payload: { ...returned.payload, reason } }
  return failed(sentence, { reason, more: returned.payload === undefined ? {} : { result: returned.payload } })
}

const sentences = {
  cancelled: 'The action was cancelled.',
  timeout: 'The action took longer than its kind allows.',
  interrupted: 'The agent stopped while the action was running, and this kind does not go on after that.'
} as const

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

/** What was thrown says of itself. Anything can be thrown, also what cannot be printed. */
export function messageOf (error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error)
  } catch {
    return 'Something was thrown that cannot be printed.'
  }
}

function causesOf (error: unknown): string[] {
  const causes: string[] = []
  let cause = error instanceof Error ? error.cause : undefined
  while (cause !== undefined && causes.length < 10) {
    causes.push(messageOf(cause))
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return causes
}

function isAbortError (error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
