import type { Action } from '../../domain/action.js'
import { wellFormed, type JsonObject } from '../../domain/json.js'
import { formatInstant } from '../../rfc3339.js'
import { messageIdHeader, sourceAgentHeader } from './origin.js'
import { unreadable } from './readable.js'

/** The levels around a payload: body, result, messages and the message itself. */
const levelsAround = 4

/** An action as a message: what is scheduled, or what it came to. */
export function actionMessage (action: Action): JsonObject {
  const { id, kind, state, statePayload, headers, createdAt, scheduledAt, finishedAt } = action
  const trouble = unreadable(statePayload, levelsAround)
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
  return typeof error === 'string' ? wellFormed(error) : null
}
