import type { Action } from '../../domain/action.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'
import { formatInstant } from '../../rfc3339.js'
import { messageIdHeader, sourceAgentHeader } from './origin.js'

/**
 * Levels of nesting that ActiveWorkflow's JSON parser takes, less the four around a payload: body, result, messages
 * and the message itself. One level more, and the whole answer would fail, each time it is asked for.
 */
const deepestPayload = 100 - 4

/** An action as a message: what is scheduled, or what it came to. */
export function actionMessage (action: Action): JsonObject {
  const { id, kind, state, statePayload, headers, createdAt, scheduledAt, finishedAt } = action
  const trouble = unreadable(statePayload, deepestPayload)
  const error = errorOf(action)
  const { [messageIdHeader]: messageId, [sourceAgentHeader]: sourceAgentId } = headers
  return {
    action_id: id,
    kind,
    state,
    state_payload: trouble === null ? statePayload : null,
    ...trouble === null ? {} : { state_payload_left_out: `${trouble}; GET /api/v1/actions/${id} has it` },
    ...error === null ? {} : { error },
    created_ts: formatInstant(createdAt),
    scheduled_ts: formatInstant(scheduledAt),
    finished_ts: formatInstant(finishedAt),
    ...messageId === undefined ? {} : { message_id: messageId },
    ...sourceAgentId === undefined ? {} : { source_agent_id: sourceAgentId }
  }
}

/** The sentence that says why an action failed, for templates that want nothing else. */
function errorOf ({ state, statePayload }: Action): string | null {
  if (state !== 'FAILED' || statePayload === null || typeof statePayload !== 'object' || Array.isArray(statePayload)) return null
  const { error } = statePayload
  return typeof error === 'string' ? error.replace(/\p{Surrogate}/gu, '\uFFFD') : null
}

/** Why the caller could not read a value; null when it can. Looks no deeper than it may be. */
function unreadable (value: JsonValue, levels: number): string | null {
  if (typeof value === 'string') return brokenText(value)
  if (value === null || typeof value !== 'object') return null
  if (levels === 0) return `it is nested deeper than ${deepestPayload} levels`
  for (const [key, part] of Object.entries(value)) {
    const trouble = brokenText(key) ?? unreadable(part, levels - 1)
    if (trouble !== null) return trouble
  }
  return null
}

function brokenText (text: string): string | null {
  return /\p{Surrogate}/u.test(text) ? 'it holds half of a surrogate pair' : null
}
