import { isJsonObject, type JsonValue } from '../domain/json.js'
import { failed, type KindContext, type Outcome } from '../domain/kind.js'
import { SupervisorError, type Supervisor } from '../domain/ports/supervisor.js'

/** After so many attempts it is given up. */
const attemptLimit = 30

/** Milliseconds between two attempts. */
const pauseMs = 1000

/**
 * The payload of the kinds of services: without a pid where it could not be told, null where there is no process. A
 * type, since payloads are JSON objects.
 */
export type ServiceReport = { attempt: number, message: string, pid?: number | null }

/** What the service is to come to, and how. */
export interface Goal {
  /** Reported before anything is done. */
  readonly begin: string
  /** Reported when the supervisor has done its part and the process has not. */
  readonly waiting: string
  /** Of the process as it is, and as it was when it was first seen. */
  readonly reached: (pid: number | null, first: number | null) => boolean
  /**
   * Called once; again, with a later attempt, only if the call itself has failed. Not called where the goal is reached
   * already, unless `always`.
   */
  readonly always: boolean
  readonly act: (signal: AbortSignal) => Promise<void>
  /** A sentence, and its stable name, for when all attempts were in vain and no error says why. */
  readonly explain: (pid: number | null) => string
  readonly variant: string
}

/** What the attempts work with. */
export interface AttemptParts {
  readonly supervisor: Supervisor
  readonly context: KindContext
  /** What an interrupted run has last reported on the way to this goal; null: nothing. */
  readonly before: ServiceReport | null
}

/** Where the attempts have led. */
export interface Attempted {
  readonly attempt: number
  readonly pid: number | null
  /** False when the goal was reached from the beginning. */
  readonly changed: boolean
  /** Null: the goal is reached. */
  readonly failure: Outcome | null
}

/**
 * Brings the service to the goal, in at most `attemptLimit` attempts a second apart. Each looks for the process,
 * reports how things are, acts if that is due, and looks again. The attempts of interrupted runs count: an agent that
 * dies with each start does not go on for ever.
 */
export async function attempt (goal: Goal, { supervisor, context, before }: AttemptParts): Promise<Attempted> {
  let attempt = before === null ? 1 : Math.min(before.attempt + 1, attemptLimit)
  let told = before?.attempt ?? 0
  let now: Now = { first: before?.pid, pid: before?.pid, acted: false, reached: false, trouble: null }
  for (; ; attempt++) {
    const message = messageOf(goal, now)
    const tell = async (pid: number | null | undefined): Promise<void> => {
      if (told === attempt) return
      await context.progress(reportOf({ attempt, message, pid }))
      told = attempt
    }
    now = await tryOnce(goal, { supervisor, signal: context.signal, now, tell })
    if (now.reached || attempt === attemptLimit) break
    await context.sleep(pauseMs)
  }
  const { pid = null, first = null, reached } = now
  const changed = before !== null || !goal.reached(first, first)
  return { attempt, pid, changed, failure: reached ? null : failureOf(goal, now) }
}

/** What is known of the service, and what was done. */
interface Now {
  /** The process as it was when it was first seen; undefined: it was not looked for yet. */
  readonly first: number | null | undefined
  readonly pid: number | null | undefined
  readonly acted: boolean
  readonly reached: boolean
  /** What went wrong in the last attempt. */
  readonly trouble: SupervisorError | null
}

interface Try {
  readonly supervisor: Supervisor
  readonly signal: AbortSignal
  /** As the attempt before has left it. */
  readonly now: Now
  readonly tell: (pid: number | null | undefined) => Promise<void>
}

async function tryOnce (goal: Goal, { supervisor, signal, now: last, tell }: Try): Promise<Now> {
  let now: Now = { ...last, trouble: null }
  const look = async (): Promise<number | null> => {
    const pid = await supervisor.pid(signal)
    const first = now.first === undefined ? pid : now.first
    now = { ...now, pid, first, reached: goal.reached(pid, first) }
    return pid
  }
  try {
    const pid = await look()
    if (now.reached && (now.acted || !goal.always)) return now
    if (!now.reached) await tell(pid)
    if (now.acted) return now
    await goal.act(signal)
    now = { ...now, acted: true }
    await look()
  } catch (error) {
    if (!(error instanceof SupervisorError)) throw error
    now = { ...now, reached: false, trouble: error }
    await tell(now.pid)
  }
  return now
}

function messageOf ({ begin, waiting }: Goal, { trouble, acted }: Now): string {
  return trouble?.message ?? (acted ? waiting : begin)
}

function failureOf (goal: Goal, now: Now): Outcome {
  const { trouble, pid } = now
  return failed(trouble?.message ?? goal.explain(pid ?? null), {
    layers: [...trouble?.layers ?? []],
    variant: trouble?.name ?? goal.variant,
    more: reportOf({ attempt: attemptLimit, message: messageOf(goal, now), pid })
  })
}

function reportOf ({ pid, ...report }:
{ attempt: number, message: string, pid: number | null | undefined }): ServiceReport {
  return pid === undefined ? report : { ...report, pid }
}

/** What an interrupted run has reported; null when that is nothing. */
export function readReport (payload: JsonValue): ServiceReport | null {
  if (!isJsonObject(payload)) return null
  const { attempt, message, pid } = payload
  if (typeof attempt !== 'number' || typeof message !== 'string') return null
  return reportOf({ attempt, message, pid: typeof pid === 'number' || pid === null ? pid : undefined })
}
