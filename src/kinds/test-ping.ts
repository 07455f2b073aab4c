import type { Clock } from '../domain/clock.js'
import { done, type ActionKind } from '../domain/kind.js'
import { formatInstant } from '../rfc3339.js'

/** More steps than this would not fit into an action's history. */
const mostPings = 1000

/** Counts up to `count`, one durable step each. A resumed run goes on where the last one was. */
export function createTestPing ({ clock }: { clock: Clock }): ActionKind<{ count?: number }> {
  return {
    kind: 'agent.replicante.io/test.ping',
    summary: 'Answer with one "Pong at <date>" for each step asked for.',
    args: {
      type: 'object',
      additionalProperties: false,
      properties: {
        count: { type: 'integer', minimum: 1, maximum: mostPings, default: 1, description: 'How many steps to take.' }
      }
    },
    example: { count: 3 },
    timeoutMs: null,
    onInterrupt: 'resume',
    async run ({ args: { count = 1 }, action, progress }) {
      const pongs = Array.isArray(action.statePayload) ? [...action.statePayload] : []
      while (pongs.length < count) {
        pongs.push(`Pong at ${formatInstant(clock.now())}`)
        if (pongs.length < count) await progress([...pongs])
      }
      return done(pongs)
    }
  }
}
