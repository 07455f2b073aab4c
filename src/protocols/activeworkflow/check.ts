import type { JsonObject } from '../../domain/json.js'
import type { Scheduler } from '../../domain/ports/scheduler.js'
import { makeCursor, readCursor, type CursorSource } from './cursor.js'
import { actionMessage } from './message.js'
import { makeResult, type Result } from './result.js'

/** Outcomes that one check tells, at most: the next goes on. */
const mostOutcomes = 100

interface Check {
  readonly scheduler: Pick<Scheduler, 'outcomes'> & CursorSource
  readonly collector: string
  readonly memory: JsonObject
  readonly notes: readonly string[]
}

const gap = 'Finished actions have been pruned since the last check, maybe some of this agent that it never told of. ' +
  'Check more often, or keep actions longer (actions.prune_keep, actions.prune_age_days).'

/**
 * Tells of the actions of an agent that have ended since the cursor in its memory: one message each, in the order in
 * which they ended. The same memory gives the same answer, as long as nothing new is on disk.
 */
export function tellOutcomes ({ scheduler, collector, memory, notes }: Check): Result {
  const { after, trouble } = readCursor(memory, scheduler)
  const batch = scheduler.outcomes({ collector, after, limit: mostOutcomes })
  const cursor = makeCursor(scheduler, batch.next)
  return makeResult({
    errors: [...trouble === null ? [] : [trouble], ...batch.gap ? [gap] : []],
    logs: [...notes, ...batch.more ? ['More actions have finished: the next check tells of them.'] : []],
    messages: batch.actions.map(actionMessage),
    memory: memory['cursor'] === cursor ? undefined : { ...memory, cursor }
  })
}
