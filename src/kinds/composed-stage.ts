import type { Action } from '../domain/action.js'
import { endedBy, failureOf, type Ending } from '../domain/failure.js'
import { isJsonObject, type JsonValue } from '../domain/json.js'
import { abortReason, mayBeIgnored, type ActionKind, type KindContext, type Outcome } from '../domain/kind.js'
import { setLongTimer } from '../timers.js'
import { argsFor } from './registry.js'

/** One stage of a composed kind. */
export interface Stage {
  /** Its arguments are given under this name. */
  readonly name: string
  readonly kind: ActionKind
}

/** What one run of a stage is given. */
export interface StageRun {
  readonly context: KindContext
  /** True when an earlier run of this stage was interrupted. */
  readonly resumed: boolean
  /** What it has reported; null when nothing. */
  readonly payload: JsonValue
  /** Records what the stage reports. */
  readonly report: (payload: JsonValue) => Promise<void>
}

/**
 * Runs a stage as the executor would run an action of its kind. What it throws is a failure, also when the composed
 * action was told to end: so that it is known which stage that was. At shutdown alone it passes through.
 */
export async function runStage (stage: Stage, { context, resumed, payload, report }: StageRun): Promise<Outcome> {
  const { kind } = stage
  const limit = createLimit(context.signal, kind.timeoutMs)
  const action = stageActionOf(stage, { action: context.action, payload })
  try {
    const returned = await kind.run({
      action,
      args: structuredClone(argsFor(kind, action.args)),
      resumed,
      log: context.log,
      signal: limit.signal,
      progress: payload => mayBeIgnored(limit.hold(() => report(payload))),
      sleep: ms => mayBeIgnored(limit.hold(() => context.sleep(ms)))
    })
    return limit.conclude({ returned })
  } catch (error) {
    if (!context.signal.aborted) return limit.conclude({ threw: error })
    const reason = abortReason(context.signal)
    if (reason === 'shutdown') throw context.signal.reason
    return endedBy(reason, { threw: error })
  } finally {
    limit.clear()
  }
}

/** The action as the stage sees it: as if it were one of the stage's kind. */
export function stageActionOf ({ name, kind }: Stage, { action, payload }:
{ readonly action: Action, readonly payload: JsonValue }): Action {
  const args = isJsonObject(action.args) ? action.args[name] ?? null : null
  return { ...action, kind: kind.kind, args, statePayload: payload }
}

interface Limit {
  /** Aborted with the composed action's, and when the stage's own time is up. */
  readonly signal: AbortSignal
  /** Waits for what the composed action's context does, but not beyond the stage's time. */
  hold (call: () => Promise<void>): Promise<void>
  /** What the stage came to, its own time considered. */
  conclude (ending: Ending): Outcome
  clear (): void
}

/** Keeps a stage's own time limit, within the run of the composed action. */
function createLimit (outer: AbortSignal, timeoutMs: number | null): Limit {
  const own = new AbortController()
  const signal = AbortSignal.any([outer, own.signal])
  const timer = timeoutMs === null ? null : setLongTimer(() => { own.abort('timeout') }, timeoutMs)
  return {
    signal,
    async hold (call) {
      own.signal.throwIfAborted()
      let abort = (): void => {}
      const over = new Promise<never>((_resolve, reject) => { abort = () => { reject(own.signal.reason) } })
      own.signal.addEventListener('abort', abort)
      await Promise.race([call(), over]).finally(() => { own.signal.removeEventListener('abort', abort) })
    },
    conclude (ending) {
      if (own.signal.aborted) return endedBy('timeout', ending)
      return 'returned' in ending ? ending.returned : failureOf(ending.threw)
    },
    clear () { timer?.clear() }
  }
}
