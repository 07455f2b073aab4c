import type { Action } from '../../domain/action.js'
import type { Instant } from '../../domain/clock.js'
import { isFinal } from '../../domain/lifecycle.js'
import type { Scheduled, Scheduler } from '../../domain/ports/scheduler.js'
import type { Wanted } from './arguments.js'
import { actionMessage } from './message.js'
import { requester, type Origin } from './origin.js'
import { makeResult, type Result } from './result.js'

/** Waits for the end of an action. Gives the action as it is when the wait is over, or `busy` when too many wait. */
export type Wait = (action: Action) => Promise<Action | 'busy'>

interface ScheduleParts {
  readonly scheduler: Pick<Scheduler, 'schedule'>
  readonly wanted: Wanted
  readonly origin: Origin
  /** Undefined: the action is a new one, whatever came before. */
  readonly id: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly createdAt: Instant | null
}

/** Puts an action into the queue. Rejects with the scheduler's problems. */
export async function scheduleFor (parts: ScheduleParts): Promise<Scheduled> {
  const { scheduler, wanted: { kind, args }, origin: { caller, collector }, id, headers, createdAt } = parts
  return await scheduler.schedule({
    ...{ ...caller, kind, requester, headers, collector },
    ...id === undefined ? {} : { id },
    ...args === undefined ? {} : { args },
    ...createdAt === null ? {} : { createdAt }
  })
}

interface AnswerParts {
  readonly scheduled: Scheduled
  readonly wait: Wait | null
  readonly notes: readonly string[]
  readonly memory?: Result['memory']
}

/** The answer to a call that scheduled an action: the action as it is, or, after a wait, what it came to. */
export async function answerScheduled ({ scheduled, wait, notes, memory }: AnswerParts): Promise<Result> {
  const { action, fresh } = scheduled
  const waited = wait === null ? action : await wait(action)
  const told = waited === 'busy' ? action : waited
  return makeResult({
    logs: [
      fresh
        ? `Scheduled ${action.kind} as ${action.id}.`
        : `${action.kind} had been scheduled already, as ${action.id}: nothing new was scheduled.`,
      ...waited === 'busy' ? ['Too many calls wait for outcomes, so this one did not.'] : [],
      ...wait !== null && !isFinal(told.state) ? ['The action has not ended yet.'] : [],
      ...notes
    ],
    messages: [actionMessage(told)],
    memory
  })
}
