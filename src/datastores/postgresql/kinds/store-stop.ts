import { isJsonObject } from '../../../domain/json.js'
import { done } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import type { Connections } from '../connections.js'
import { requireSilence } from '../server-control.js'
import type { ServerControl, StopMode } from '../server-control.js'
import { failedBy } from '../trouble.js'

interface StoreStopArgs {
  readonly mode?: StopMode
  readonly timeout_seconds?: number
}

/** What the kind works with. */
export interface StoreStopParts {
  readonly server: ServerControl
  readonly connections: Pick<Connections, 'query'>
}

/** As pg_ctl has it. */
const defaultSeconds = 60

/**
 * Makes the kind `replicante.io/store.stop` of PostgreSQL. It is resumable: a server that has stopped stays stopped.
 * Nothing starts the server again, unless a supervisor does that for every server that ends.
 */
export function createStoreStopKind (parts: StoreStopParts): ActionKind<StoreStopArgs> {
  return {
    kind: 'replicante.io/store.stop',
    summary: 'Stops the PostgreSQL server with pg_ctl; does nothing when it does not run.',
    args: {
      type: 'object',
      properties: {
        mode: {
          enum: ['fast', 'smart', 'immediate'],
          default: 'fast',
          description: 'Fast ends all connections, smart waits until their owners end them, immediate is a crash that is recovered from at the next start.'
        },
        timeout_seconds: {
          type: 'integer',
          minimum: 1,
          maximum: 86_400,
          default: defaultSeconds,
          description: 'How long to wait until the server has stopped.'
        }
      },
      additionalProperties: false
    },
    example: { mode: 'fast' },
    timeoutMs: null,
    onInterrupt: 'resume',
    async run (context) {
      try {
        return await stopServer(context, parts)
      } catch (error) {
        return failedBy(error)
      }
    }
  }
}

async function stopServer ({ args, action, resumed, signal, progress }: KindContext<StoreStopArgs>,
  { server, connections }: StoreStopParts): Promise<Outcome> {
  const { mode = 'fast', timeout_seconds: timeoutSeconds = defaultSeconds } = args
  const pid = await server.pid(signal)
  if (pid === null) {
    const stopped = resumed ? pidOf(action.statePayload) : null
    if (stopped !== null) return done({ mode, message: 'stopped', pid: stopped })
    await requireSilence(server, connections)
    return done({ mode, message: 'already stopped', pid })
  }
  await progress({ mode, message: 'stopping', pid })
  await server.stop({ mode, timeoutSeconds, signal })
  return done({ mode, message: 'stopped', pid })
}

/** The process that an interrupted run has told to stop. */
function pidOf (payload: unknown): number | null {
  const pid = isJsonObject(payload) ? payload['pid'] : null
  return typeof pid === 'number' ? pid : null
}
