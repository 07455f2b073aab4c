import type { Action } from '../../domain/action.js'
import type { Clock, Instant } from '../../domain/clock.js'
import { isJsonObject, shorten } from '../../domain/json.js'
import { isFinal, type ActionState } from '../../domain/lifecycle.js'
import type { Effect } from '../../domain/ports/store.js'
import { isSampled, withSpan, type TraceContext } from '../../domain/trace-context.js'
import { firstRunSpanId, newSpanId, spanBelow, type Attributes, type Span } from './span.js'

/** What makes spans of actions: each method but `end` is that of an observer. */
export interface ActionSpans {
  committed (effects: readonly Effect[]): void
  interrupted (action: Action): void
  resumed (action: Action): void
  /** Ends what still runs, for an agent that stops: the next one goes on with a run of its own. */
  end (): void
}

interface ActionSpansOptions {
  readonly clock: Clock
  readonly record: (span: Span) => void
}

/** A run that goes on. */
interface OpenRun {
  readonly action: Action
  readonly trace: TraceContext
  readonly spanId: string
  readonly began: Instant
  readonly resumed: boolean
  /** Its newest transition. */
  last: Instant
}

/** Characters of a failure's sentence that a span carries. */
const sentenceLimit = 1000

/**
 * Makes spans of what commits tell: `wait` from scheduling to the start and `run` from there to the end, both below the
 * action's context, and `progress` from one transition to the next, below its run. What actions are given and report is
 * not in them.
 */
export function createActionSpans ({ clock, record }: ActionSpansOptions): ActionSpans {
  const open = new Map<string, OpenRun>()

  function waited (action: Action, trace: TraceContext, end: Instant): void {
    const { scheduledAt: start } = action
    record(spanBelow(trace, { name: 'wait', start, end, attributes: attributesOf(action), error: errorOf(action) }))
  }

  function progressed (run: OpenRun, end: Instant): void {
    const { action, trace, spanId, last: start } = run
    record(spanBelow(withSpan(trace, spanId), { name: 'progress', start, end, attributes: attributesOf(action) }))
    run.last = end
  }

  function ran (run: OpenRun, { action, end, more, error }: Ending): void {
    const { trace, spanId, began: start, resumed } = run
    const attributes = Object.assign(attributesOf(action), { 'steward.run.resumed': resumed }, more)
    record(spanBelow(trace, { name: 'run', spanId, start, end, attributes, error }))
  }

  function moved (action: Action, trace: TraceContext, { from, at }: { from: ActionState | null, at: Instant }): void {
    const { id, state } = action
    if (from === 'NEW') waited(action, trace, at)
    if (state === 'RUNNING' && from === 'NEW') open.set(id, firstRun(action, trace))
    else if (state === 'RUNNING') progressed(open.get(id) ?? firstRun(action, trace), at)
    else if (isFinal(state) && from === 'RUNNING') {
      // A run that is not known was that of an agent which has died, and this one has judged it.
      ran(open.get(id) ?? deadRun(action, trace), { action, end: at, error: errorOf(action) })
      open.delete(id)
    }
  }

  /** The clock may have been set back meanwhile. */
  const nowFor = ({ startedAt }: Action): Instant => Math.max(clock.now(), startedAt ?? 0)

  return {
    committed (effects) {
      for (const effect of effects) {
        if (effect.type !== 'transition') continue
        const { action, from, event: { at } } = effect
        if (action.trace !== null && isSampled(action.trace.traceparent)) moved(action, action.trace, { from, at })
      }
    },
    // Nobody has told of a run whose agent has died. One that was stopped in good order has been told of.
    interrupted (action) {
      const { trace } = action
      if (trace === null || !isSampled(trace.traceparent)) return
      const error = 'The agent died while the action was running.'
      ran(deadRun(action, trace), { action, end: nowFor(action), error, more: { 'steward.run.interrupted': true } })
    },
    resumed (action) {
      const { id, trace } = action
      if (trace === null || !isSampled(trace.traceparent)) return
      const now = nowFor(action)
      open.set(id, { action, trace, spanId: newSpanId(), began: now, last: now, resumed: true })
    },
    end () {
      const end = clock.now()
      for (const run of open.values()) {
        ran(run, { action: run.action, end, error: null, more: { 'steward.run.interrupted': true } })
      }
      open.clear()
    }
  }
}

interface Ending {
  readonly action: Action
  readonly end: Instant
  readonly error: string | null
  readonly more?: Attributes
}

function firstRun (action: Action, trace: TraceContext): OpenRun {
  const began = action.startedAt ?? action.scheduledAt
  return { action, trace, spanId: firstRunSpanId(action.id), began, last: began, resumed: false }
}

/** A run of an agent that has died. After a second death it was not the first, and no two spans have the same id. */
function deadRun (action: Action, trace: TraceContext): OpenRun {
  const run = firstRun(action, trace)
  return action.interruptions > 1 ? { ...run, spanId: newSpanId(), resumed: true } : run
}

function attributesOf ({ id, kind, lane, state }: Action): Attributes {
  return { 'steward.action.id': id, 'steward.action.kind': kind, 'steward.action.lane': lane, 'steward.action.state': state }
}

/** The sentence of a failure; null where there is none. */
function errorOf ({ state, statePayload }: Action): string | null {
  if (state !== 'FAILED') return null
  const error = isJsonObject(statePayload) ? statePayload['error'] : undefined
  return typeof error === 'string' ? shorten(error, sentenceLimit) : ''
}
