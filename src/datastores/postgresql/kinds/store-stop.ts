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
  readonly connections: Pick<Connections, 'query' | 'release'>
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

async function stopServer (context: KindContext<StoreStopArgs>, parts: StoreStopParts): Promise<Outcome> {
  const { args, action, resumed, signal, progress } = context
  const { server, connections } = parts
  const { mode = 'fast', timeout_seconds: timeoutSeconds = defaultSeconds } = args
  const pid = await server.pid(signal)
  if (pid === null) {
    const stopped = resumed ? pidOf(action.statePayload) : null
    if (stopped !== null) return done({ mode, message: 'stopped', pid: stopped })
    await requireSilence(server, connections)
    return done({ mode, message: 'already stopped', pid })
  }
  await progress({ mode, message: 'stopping', pid })
  const stopping = server.stop({ mode, timeoutSeconds, signal })
  await (mode === 'smart' ? releasing(stopping, { context, parts }) : stopping)
  return done({ mode, message: 'stopped', pid })
}

/** Between two releases of the agent's connections. */
const releaseMs = 500

/**
 * What `stopping` comes to. The agent's own connections are released until then: the server would wait for them as
 * long as managers ask questions. Those that were opened before it began to stop are noticed at the next look.
 */
async function releasing (stopping: Promise<void>, { context, parts }:
{ context: Pick<KindContext, 'sleep'>, parts: StoreStopParts }): Promise<void> {
  const state = { over: false }
  const settled = stopping.catch(() => {}).finally(() => { state.over = true })
  while (!state.over) {
    await parts.connections.release()
    await Promise.race([settled, context.sleep(releaseMs).catch(() => settled)])
  }
  await stopping
}

/** The process that an interrupted run has told to stop. */
function pidOf (payload: unknown): number | null {
  const pid = isJsonObject(payload) ? payload['pid'] : null
  return typeof pid === 'number' ? pid : null
}
