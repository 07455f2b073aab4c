import type { Logger } from 'pino'
import type { Action } from '../domain/action.js'
import { isJsonObject, shorten } from '../domain/json.js'
import type { ActionState } from '../domain/lifecycle.js'
import type { Effect } from '../domain/ports/store.js'
import { traceIdOf } from '../domain/trace-context.js'
import { createLineWriter } from './log.js'

/**
 * Logs each transition in a line of its own: at info, and a failure that nobody asked for at warn. Of what actions are
 * given and report nothing is written but the sentence of a failure. The returned function is the `committed` of an
 * observer. Lines are put together by hand, in a third of pino's time: there are three and more for each action.
 */
export function createTransitionLog (log: Logger): (effects: readonly Effect[]) => void {
  const write = createLineWriter(log)
  return effects => {
    // Asked each time, since a level can be changed.
    const isWritten = { info: log.isLevelEnabled('info'), warn: log.isLevelEnabled('warn') }
    if (!isWritten.warn) return
    for (const effect of effects) {
      if (effect.type !== 'transition') continue
      const { action, from } = effect
      const failure = action.state === 'FAILED' ? failureOf(action) : null
      const level = failure === null || failure.reason === 'cancelled' ? 'info' : 'warn'
      if (!isWritten[level]) continue
      const why = failure === null ? '' : `,"reason":${text(failure.reason)},"error":${text(failure.error)}`
      write(level, `${fieldsOf(action, from)}${why},"msg":"${sentenceOf(action, from)}"`)
    }
  }
}

const sentences = { NEW: 'action scheduled', RUNNING: 'action started', DONE: 'action done', FAILED: 'action failed' } as const

function sentenceOf ({ state }: Action, from: ActionState | null): string {
  return state === from ? 'action progressed' : sentences[state]
}

/** Characters of a failure's sentence that a line has: an external action may say as much as a payload holds. */
const sentenceLimit = 1000

function failureOf ({ statePayload }: Action): { reason: string, error: string } {
  const { reason, error } = isJsonObject(statePayload) ? statePayload : {}
  return { reason: typeof reason === 'string' ? reason : 'error', error: typeof error === 'string' ? shorten(error, sentenceLimit) : '' }
}

function fieldsOf (action: Action, from: ActionState | null): string {
  const { id, kind, lane, state, requestId, trace, startedAt, finishedAt, scheduledAt } = action
  const origin = from === null ? 'null' : `"${from}"`
  let fields = `"action":"${id}","kind":${text(kind)},"lane":${text(lane)},"from":${origin},"to":"${state}"`
  if (requestId !== null) fields += `,"request":${text(requestId)}`
  if (trace !== null) fields += `,"trace":"${traceIdOf(trace.traceparent)}"`
  // From scheduling to the start, and from the first start to the end.
  if (from === 'NEW' && startedAt !== null) fields += `,"waited_ms":${startedAt - scheduledAt}`
  else if (startedAt !== null && finishedAt !== null) fields += `,"ran_ms":${finishedAt - startedAt}`
  return fields
}

const text = JSON.stringify as (value: string) => string
