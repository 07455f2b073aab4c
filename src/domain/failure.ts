import type { ActionFailure } from './action.js'
import { beginning, isJsonObject, type JsonValue } from './json.js'
import { failed, type AbortReason, type Outcome } from './kind.js'
import type { ActionState } from './lifecycle.js'

/** Characters that lists show of the sentence of a failure. */
export const shownErrorLength = 300

/** Why an action failed, by its state and its payload, which may be anything; null unless it is FAILED. */
export function failureIn (state: ActionState, payload: JsonValue): ActionFailure | null {
  if (state !== 'FAILED') return null
  const { reason, error } = isJsonObject(payload) ? payload : {}
  return { reason: shown(reason), error: shown(error) }
}

function shown (text: JsonValue | undefined): string | null {
  return typeof text === 'string' ? beginning(text, shownErrorLength) : null
}

/** How a run ended: with what it returned, or with what it threw. */
export type Ending =
  | { readonly returned: Outcome }
  | { readonly threw: unknown }

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

/** The failure that an exception means: its sentence, its causes, its trace and its name. */
export function failureOf (error: unknown): Outcome {
  return failed(messageOf(error), {
    layers: causesOf(error),
    trace: error instanceof Error ? error.stack ?? null : null,
    variant: error instanceof Error && error.name !== 'Error' ? error.name : null
  })
}

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
