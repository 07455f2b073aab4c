import type { Clock } from '../../domain/clock.js'
import { isJsonObject, type JsonObject } from '../../domain/json.js'
import type { Scheduled, Scheduler } from '../../domain/ports/scheduler.js'
import type { Wanted } from './arguments.js'
import { checkActionId, type Origin } from './origin.js'
import { scheduleFor } from './schedule.js'

/** Where an agent is in the row of its scheduled runs. */
interface Run {
  /** The id of the action that this row of runs begins after; null for the first row. */
  readonly after: string | null
  readonly count: number
}

/** Milliseconds within which a call can be the repetition of an earlier one: the caller gives up after some minutes. */
const repetitionMs = 60 * 60 * 1000

interface RunParts {
  readonly scheduler: Pick<Scheduler, 'schedule'>
  readonly clock: Clock
  readonly origin: Origin
  readonly wanted: Wanted
  readonly memory: JsonObject
}

/**
 * Schedules the action of one scheduled run, once: its id is made of the count in the agent's memory, so that a
 * repeated call finds the action of the first. Gives the memory with which the next run is to be asked for.
 *
 * Where a memory was cleared, the count begins anew, and its ids are taken by actions of long ago: then a new row of
 * ids begins after the one that was met.
 */
export async function scheduleRun (parts: RunParts): Promise<{ scheduled: Scheduled, memory: JsonObject }> {
  const { scheduler, clock, origin, wanted, memory } = parts
  let run = readRun(memory)
  for (;;) {
    const id = checkActionId(origin, run.after, run.count)
    const scheduled = await scheduleFor({ scheduler, wanted, origin, id, headers: origin.headers, createdAt: null })
    const { action, fresh } = scheduled
    if (fresh || action.scheduledAt > clock.now() - repetitionMs) {
      return { scheduled, memory: { ...memory, on_check: { after: run.after, count: run.count + 1 } } }
    }
    run = { after: action.id, count: 0 }
  }
}

/** The beginning, when the memory has no count, or one that nobody here wrote. */
function readRun ({ on_check: run }: JsonObject): Run {
  const { after = null, count } = isJsonObject(run) ? run : {}
  const known = (after === null || typeof after === 'string') && Number.isSafeInteger(count)
  return known ? { after, count: count as number } : { after: null, count: 0 }
}
