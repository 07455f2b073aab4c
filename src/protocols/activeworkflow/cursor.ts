import type { JsonObject } from '../../domain/json.js'
import type { Scheduler } from '../../domain/ports/scheduler.js'

/** What a cursor is held against. */
export type CursorSource = Pick<Scheduler, 'storeId' | 'lastEvent' | 'eventTime'>

/** A place in the outcomes of a store, as it is kept in an agent's memory. */
export interface Place {
  /** Null: the beginning. */
  readonly after: number | null
  /** Why the cursor in the memory could not be used, else null. */
  readonly trouble: string | null
}

/**
 * The cursor of a position: `<store>-<position>-<time>`. The store's id and the time of the transition there go with
 * it, so that it can never be taken for a place in another store, nor in this one after it was put back to an earlier
 * time. The time is 0 where the transition has been pruned.
 */
export function makeCursor ({ storeId, eventTime }: CursorSource, position: number): string {
  return `${storeId}-${position}-${eventTime(position) ?? 0}`
}

/** The place in a memory. What is no cursor of this store leads to the beginning: rather twice than never. */
export function readCursor ({ cursor }: JsonObject, { storeId, lastEvent, eventTime }: CursorSource): Place {
  if (cursor === undefined || cursor === null) return { after: null, trouble: null }
  const parts = typeof cursor === 'string' ? /^([0-9a-f]{1,64})-(\d{1,15})-(\d{1,16})$/.exec(cursor) : null
  if (parts === null) return begin('is none of Steward\'s')
  const [position, time] = [Number(parts[2]), Number(parts[3])]
  const now = eventTime(position)
  const putBack = position > lastEvent() || (now !== null && time !== 0 && now !== time)
  if (parts[1] !== storeId || putBack) return begin('is of another database, or this one was put back to an earlier time')
  return { after: position, trouble: null }
}

function begin (reason: string): Place {
  return {
    after: null,
    trouble: `The cursor in the memory ${reason}. Outcomes are told from the beginning; those that were told before can ` +
      'be known by their action_id.'
  }
}
