import type { Clock, IdSource } from '../../domain/clock.js'
import { isJsonObject, type JsonObject } from '../../domain/json.js'
import type { Scheduled, Scheduler } from '../../domain/ports/scheduler.js'
import type { Wanted } from './arguments.js'
import { firstRunActionId, runActionId, type Origin } from './origin.js'
import { scheduleFor } from './schedule.js'

/** Where an agent is in its scheduled runs. */
interface Run {
  /** Made when the agent's memory began: a memory that was cleared begins a new row. */
  readonly row: string
  readonly count: number
}

/** Milliseconds within which a call without memory can be the repetition of another: the caller gives up sooner. */
const repetitionMs = 60 * 60 * 1000

interface RunParts {
  readonly scheduler: Pick<Scheduler, 'schedule' | 'find'>
  readonly clock: Clock
  readonly newId: IdSource
  readonly origin: Origin
  readonly wanted: Wanted
  readonly memory: JsonObject
}

/**
 * Schedules the action of one scheduled run, once: its id is made of the count in the agent's memory, so that a
 * repeated call finds the action of the first. Gives the memory with which the next run is to be asked for.
 */
export async function scheduleRun (parts: RunParts): Promise<{ scheduled: Scheduled, memory: JsonObject }> {
  const { scheduler, newId, origin, wanted, memory } = parts
  const run = readRun(memory)
  const id = run === null ? firstId(parts) : runActionId(origin, run.row, run.count)
  const scheduled = await scheduleFor({ scheduler, wanted, origin, id, headers: origin.headers, createdAt: null })
  const next: Run = run === null ? { row: newId(), count: 0 } : { row: run.row, count: run.count + 1 }
  return { scheduled, memory: { ...memory, on_check: { ...next } } }
}

/**
 * The id of a run of which no memory tells: that of an action which such a call has made within the time of a
 * repetition, else one of its own. An id holds for a stretch of that time, so a repetition can fall into the next.
 */
function firstId ({ scheduler, clock, origin }: RunParts): string {
  const now = clock.now()
  const period = Math.floor(now / repetitionMs)
  const earlier = firstRunActionId(origin, period - 1)
  const action = scheduler.find(earlier)
  return action !== null && action.scheduledAt > now - repetitionMs ? earlier : firstRunActionId(origin, period)
}

/** Null when the memory has no run, or one that nobody here wrote. */
function readRun ({ on_check: run }: JsonObject): Run | null {
  const { row, count } = isJsonObject(run) ? run : {}
  return typeof row === 'string' && Number.isSafeInteger(count) ? { row, count: count as number } : null
}
