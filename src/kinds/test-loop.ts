import { isJsonObject, type JsonValue } from '../domain/json.js'
import { done, type ActionKind } from '../domain/kind.js'

/** Each step is a write to disk: enough for any rehearsal. */
const highestTarget = 10_000

/** Counts to `target`, one durable step each. A resumed run goes on where the last one was. */
export const testLoop: ActionKind<{ target?: number }> = {
  kind: 'agent.replicante.io/test.loop',
  summary: 'Count to a target, one durable step after the other.',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      target: { type: 'integer', minimum: 1, maximum: highestTarget, default: 10, description: 'How far to count.' }
    }
  },
  example: { target: 3 },
  timeoutMs: null,
  onInterrupt: 'resume',
  async run ({ args: { target = 10 }, action, progress }) {
    for (let count = countOf(action.statePayload) + 1; count < target; count++) await progress({ count, target })
    return done({ count: target, target })
  }
}

/** How far an earlier run has come. */
function countOf (payload: JsonValue): number {
  const count = isJsonObject(payload) ? payload['count'] : undefined
  return typeof count === 'number' ? count : 0
}
