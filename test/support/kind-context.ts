import { setTimeout as sleep } from 'node:timers/promises'
import type { Action } from '../../src/domain/action.js'
import type { JsonValue } from '../../src/domain/json.js'
import type { AbortReason, KindContext } from '../../src/domain/kind.js'
import { silentLogger } from '../../src/domain/log.js'
import type { TraceContext } from '../../src/domain/trace-context.js'

/** What a test says of the run that it imitates. */
export interface FakeRun {
  readonly kind?: string
  readonly id?: string
  readonly args?: JsonValue
  readonly headers?: Readonly<Record<string, string>>
  readonly startedAt?: number
  readonly trace?: TraceContext
  /** What an interrupted run reported; with it the run is a resumed one unless `resumed` says otherwise. */
  readonly statePayload?: JsonValue
  readonly resumed?: boolean
}

/** A run as a kind sees it, and what the test sees of it. */
export interface FakeKindContext {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- kinds of every argument type
  readonly context: KindContext<any>
  /** Everything that was reported, oldest first. */
  readonly reported: JsonValue[]
  /** How long each sleep was meant to be, in milliseconds. None takes more than a moment. */
  readonly slept: number[]
  abort (reason: AbortReason): void
  /** Called after each report, before the kind goes on. */
  onReport (listener: (payload: JsonValue) => void | Promise<void>): void
}

/** The id of a fake run's action, where the test gives none. */
export const fakeActionId = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'

/** Bytes of JSON, as the executor has it. */
const progressLimit = 64 * 1024

/** Imitates what the executor hands to a kind; sleeps end at once, so that no test waits. */
export function createKindContext (run: FakeRun = {}): FakeKindContext {
  const controller = new AbortController()
  const { signal } = controller
  const reported: JsonValue[] = []
  const slept: number[] = []
  let listener: (payload: JsonValue) => void | Promise<void> = () => {}
  return {
    reported,
    slept,
    abort: reason => controller.abort(reason),
    onReport: next => { listener = next },
    context: {
      args: run.args ?? {},
      action: fakeAction(run),
      resumed: run.resumed ?? run.statePayload !== undefined,
      signal,
      log: silentLogger,
      async progress (payload) {
        signal.throwIfAborted()
        if (Buffer.byteLength(JSON.stringify(payload)) > progressLimit) throw new RangeError('A progress payload is too large.')
        reported.push(structuredClone(payload))
        await listener(payload)
      },
      async sleep (ms) {
        slept.push(ms)
        await sleep(0)
        signal.throwIfAborted()
      }
    }
  }
}

function fakeAction (run: FakeRun): Action {
  const { kind = 'test/kind', id = fakeActionId, args, headers = {}, startedAt, statePayload } = run
  const at = startedAt ?? Date.now()
  return {
    seq: 1,
    id,
    kind,
    lane: 'main',
    state: 'RUNNING',
    args: args ?? null,
    headers,
    requester: 'AGENT_API',
    principal: 'local',
    remoteAddress: '127.0.0.1',
    requestId: null,
    trace: run.trace ?? null,
    protocol: 'api',
    createdAt: at,
    scheduledAt: at,
    startedAt: at,
    finishedAt: null,
    cancelRequestedAt: null,
    statePayload: statePayload ?? null,
    interruptions: statePayload === undefined ? 0 : 1,
    version: 2
  }
}
