import type { Instant } from '../../domain/clock.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'
import { parseInstant } from '../../rfc3339.js'

/** The methods that an agent answers. */
export const methods = ['register', 'receive', 'check'] as const

/** A body that fits its schema. Callers may send more; credentials, which come with each call, are never read. */
export interface CallBody {
  readonly method: typeof methods[number]
  readonly params?: {
    readonly options?: JsonObject | null
    readonly memory?: JsonObject | null
    readonly message?: JsonObject | null
  } | null
}

/** A call, with what may be missing filled in. */
export interface Call {
  readonly method: typeof methods[number]
  readonly options: JsonObject
  readonly memory: JsonObject
  readonly message: Message | null
}

/** What is used of a message. All but its payload may be missing: the published protocol does not promise it. */
export interface Message {
  readonly id: number | string | null
  /** The agent that emitted it, not the one that is called. */
  readonly sourceAgentId: number | string | null
  readonly payload: JsonObject
  readonly createdAt: Instant | null
}

/** Takes out of a body what is used. */
export function readCall ({ method, params }: CallBody): Call {
  const { options, memory, message } = params ?? {}
  return { method, options: options ?? {}, memory: memory ?? {}, message: message ? readMessage(message) : null }
}

function readMessage ({ id, agent_id: agentId, payload, created_at: created }: JsonObject): Message {
  return {
    id: identifier(id),
    sourceAgentId: identifier(agentId),
    payload: (payload ?? {}) as JsonObject,
    createdAt: typeof created === 'string' ? parseInstant(created) : null
  }
}

const longestIdentifier = 200

function identifier (value: JsonValue | undefined): number | string | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.length > 0 && value.length <= longestIdentifier && !/\p{Cc}/u.test(value) ? value : null
}
