import type { Caller } from '../../domain/action.js'
import type { Clock, IdSource } from '../../domain/clock.js'
import type { JsonObject } from '../../domain/json.js'
import type { Access, Principal } from '../../domain/ports/access.js'
import type { Scheduler } from '../../domain/ports/scheduler.js'
import { Problem } from '../../domain/problem.js'
import { usedParts, wantedOf, type Wanted } from './arguments.js'
import type { Call, Message } from './call.js'
import { tellOutcomes } from './check.js'
import { isPermanent, sentenceOf } from './errors.js'
import { messageActionId, messageHeaders, originOf, type Origin } from './origin.js'
import { unreadable } from './readable.js'
import { makeResult, type Result } from './result.js'
import { answerScheduled, scheduleFor, type Wait } from './schedule.js'
import { scheduleRun } from './scheduled-run.js'
import { readSettings, type Settings } from './settings.js'

/** What the methods work with. */
export interface HandlerDeps {
  readonly scheduler: Scheduler
  readonly access: Access
  readonly clock: Clock
  readonly newId: IdSource
}

/** A call of `receive` or `check`, and what surrounds it. */
export interface CallContext {
  readonly call: Call
  /** The kind in the URL; null for the type of the whole registry. */
  readonly type: string | null
  readonly principal: Principal
  /** What actions record of it. */
  readonly caller: Caller
  /** Throws `no-such-kind` when there is no kind as in the URL. Asked after access: others learn nothing of kinds. */
  readonly requireType: () => void
  /** Refuses a call some of whose parts that are used could not be read as they were sent. */
  readonly refuseAltered: (used: readonly string[]) => void
  /** Waits for an outcome so many milliseconds. */
  readonly waitFor: (ms: number) => Wait
}

/**
 * Answers `receive` and `check`. What trying again cannot mend is an error in the result; what it can is thrown, as a
 * problem, for the caller to try again.
 */
export async function answerCall (deps: HandlerDeps, context: CallContext): Promise<Result> {
  try {
    return await (context.call.method === 'check' ? check(deps, context) : receive(deps, context))
  } catch (error) {
    if (error instanceof Problem && isPermanent(error)) return makeResult({ errors: [sentenceOf(error)] })
    throw error
  }
}

async function receive (deps: HandlerDeps, context: CallContext): Promise<Result> {
  const { scheduler, access } = deps
  const { type, principal, requireType } = context
  // Before what is missing in the call is told: who calls a type that is not there has to hear of that.
  if (type !== null) access.authorize(principal, { scope: 'schedule', kind: type })
  requireType()
  const message = messageOf(context.call)
  const settings = settingsOf(context)
  const wanted = wantedOf({ type, settings, payload: message.payload })
  const origin = admitted(deps, context, { settings, wanted })
  const scheduled = await scheduleFor({
    ...{ scheduler, wanted, origin, createdAt: message.createdAt },
    id: settings.dedupe ? messageActionId(origin, message) : undefined,
    headers: messageHeaders(origin, message)
  })
  const notes = [...wanted.notes, ...settings.notes]
  return await answerScheduled({ scheduled, wait: waitOf(context, settings), notes })
}

async function check (deps: HandlerDeps, context: CallContext): Promise<Result> {
  const { scheduler, clock, newId } = deps
  const memory = memoryOf(context.call)
  const settings = settingsOf(context)
  const { notes } = settings
  if (!settings.onCheck) {
    const { collector } = admitted(deps, context, { settings, wanted: null })
    return tellOutcomes({ scheduler, collector, memory, notes })
  }
  const wanted = wantedOf({ type: context.type, settings, payload: null })
  const origin = admitted(deps, context, { settings, wanted })
  const run = await scheduleRun({ scheduler, clock, newId, origin, wanted, memory })
  return await answerScheduled({ scheduled: run.scheduled, wait: waitOf(context, settings), notes, memory: run.memory })
}

function settingsOf ({ call, refuseAltered }: CallContext): Settings {
  const settings = readSettings(call.options)
  refuseAltered(usedParts(settings))
  return settings
}

function messageOf ({ message }: Call): Message {
  if (message !== null) return message
  throw new Problem('invalid-request', { errors: [{ pointer: '/params/message', detail: 'is required by receive' }] })
}

/** The levels around a memory in an answer: body and result. */
const levelsAround = 2

/** The memory, which a check sends back with its own mark in it. */
function memoryOf ({ memory }: Call): JsonObject {
  const trouble = unreadable(memory, levelsAround)
  if (trouble === null) return memory
  const detail = `could not be read if it were sent back: ${trouble}`
  throw new Problem('invalid-request', { errors: [{ pointer: '/params/memory', detail }] })
}

interface Asked {
  readonly settings: Settings
  /** Null: it is only read. */
  readonly wanted: Wanted | null
}

/** Who asks, when they may do what they ask for. */
function admitted ({ access }: HandlerDeps, context: CallContext, { settings, wanted }: Asked): Origin {
  const { call, type, principal, caller, requireType } = context
  const operation = wanted === null ? { scope: 'read' } as const : { scope: 'schedule', kind: wanted.kind } as const
  access.authorize(principal, operation)
  requireType()
  return originOf({ caller, type, options: call.options, settings })
}

function waitOf ({ waitFor }: CallContext, { waitMs }: Settings): Wait | null {
  return waitMs === 0 ? null : waitFor(waitMs)
}
