import { abortReason, done, failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import type { RedisConnection } from '../connection.js'
import { readInfo, startCountdown } from '../server-state.js'
import { nothingListens, orTrouble, RedisTrouble } from '../trouble.js'

interface StopArgs {
  readonly save?: 'default' | 'save' | 'nosave'
  readonly timeout_seconds?: number
}

interface StopOptions {
  /** The driver's connection. */
  readonly connection: RedisConnection
  /** Opens another: one that waits for SHUTDOWN takes no other command. */
  readonly open: () => RedisConnection
}

const defaultTimeoutSeconds = 300
const lookEveryMs = 100
/** A run that is cancelled ends soon, also when the server does not answer. */
const longestAbortMs = 2000

/** Makes the kind `replicante.io/store.stop`: SHUTDOWN, followed until nothing listens any more. */
export function createStopKind (options: StopOptions): ActionKind<StopArgs> {
  return {
    kind: 'replicante.io/store.stop',
    summary: 'Stops the Redis server in good order, after its replicas have caught up and its data is saved where it saves at all.',
    args: {
      type: 'object',
      properties: {
        save: {
          enum: ['default', 'save', 'nosave'],
          default: 'default',
          description: 'Whether an RDB file is written first; default: if save points are configured.'
        },
        timeout_seconds: {
          type: 'integer',
          minimum: 1,
          maximum: 86_400,
          default: defaultTimeoutSeconds,
          description: 'How long the server may take to save and to end.'
        }
      },
      additionalProperties: false
    },
    example: {},
    timeoutMs: null,
    onInterrupt: 'resume',
    run: context => orTrouble(async () => await stop(options, context))
  }
}

async function stop ({ connection, open }: StopOptions, context: KindContext<StopArgs>): Promise<Outcome> {
  const runId = await runIdOf(connection, context.signal)
  if (runId === null) return done({ message: `Nothing listens at ${connection.address}: the server has stopped already.` })
  const left = startCountdown((context.args.timeout_seconds ?? defaultTimeoutSeconds) * 1000)
  const own = open()
  try {
    await shutdown(own, { context, limitMs: left() })
    return await untilGone({ connection, context, runId, left })
  } catch (error) {
    const isLate = error instanceof RedisTrouble && error.variant === 'TIMEOUT'
    const isCancelled = context.signal.aborted && abortReason(context.signal) !== 'shutdown'
    if (isLate || isCancelled) await abortShutdown(connection)
    if (isLate) return outOfTime(connection.address, error)
    throw error
  } finally {
    own.close()
  }
}

/** Resolves when the server has closed the connection, which is its answer. */
async function shutdown (own: RedisConnection, { context, limitMs }:
{ context: KindContext<StopArgs>, limitMs: number }): Promise<void> {
  const { args: { save = 'default' }, signal } = context
  try {
    await own.send(['SHUTDOWN', ...save === 'default' ? [] : [save.toUpperCase()]], { limitMs, signal })
  } catch (error) {
    if (!(error instanceof RedisTrouble && (error.variant === 'CONNECTION_LOST' || nothingListens(error)))) throw error
  }
}

interface Waiting {
  readonly connection: RedisConnection
  readonly context: KindContext<StopArgs>
  /** The run that was told to stop. */
  readonly runId: string
  readonly left: () => number
}

async function untilGone ({ connection, context, runId, left }: Waiting): Promise<Outcome> {
  for (;;) {
    const now = await runIdOf(connection, context.signal).catch(unlessUnavailable)
    if (now === null) return done({ message: `The server has stopped: nothing listens at ${connection.address} any more.` })
    if (now !== runId && now !== undefined) {
      return failed('The server has stopped, and something has started it again at once: stop its service instead.', { variant: 'RESTARTED' })
    }
    if (left() <= 1) throw new RedisTrouble('The server has not stopped', { variant: 'TIMEOUT', unavailable: true })
    await context.sleep(lookEveryMs)
  }
}

/** Of a server that is just ending nothing is known. */
function unlessUnavailable (error: unknown): undefined {
  if (!(error instanceof RedisTrouble && error.unavailable)) throw error
}

/** The id of the run that answers; null when nothing listens. */
async function runIdOf (connection: RedisConnection, signal: AbortSignal): Promise<string | null> {
  try {
    return (await readInfo(connection, { signal })).get('run_id') ?? ''
  } catch (error) {
    if (nothingListens(error)) return null
    throw error
  }
}

/** As far as the server can still be told: it waits for replicas, but not while it saves. */
async function abortShutdown (connection: RedisConnection): Promise<void> {
  try {
    await connection.send(['SHUTDOWN', 'ABORT'], { limitMs: Math.min(connection.timeoutMs, longestAbortMs) })
  } catch (error) {
    if (!(error instanceof RedisTrouble)) throw error
  }
}

function outOfTime (address: string, { message, layers }: RedisTrouble): Outcome {
  return failed(`The server at ${address} has not stopped in time, and was told to give it up; it may still stop when it has saved its data.`, {
    layers: [message, ...layers], variant: 'TIMEOUT', reason: 'timeout'
  })
}
