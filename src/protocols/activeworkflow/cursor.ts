import type { JsonObject } from '../../domain/json.js'

/** A place in the outcomes of a store, as it is kept in an agent's memory. */
export interface Place {
  /** Null: the beginning. */
  readonly after: number | null
  /** Why the cursor in the memory could not be used, else null. */
  readonly trouble: string | null
}

/** The cursor of a place: the store's id goes with it, so that it can never be taken for a place in another. */
export function makeCursor (storeId: string, position: number): string {
  return `${storeId}-${position}`
}

/** The place in a memory. What is no cursor of this store leads to the beginning: rather twice than never. */
export function readCursor ({ cursor }: JsonObject, storeId: string): Place {
  if (cursor === undefined || cursor === null) return { after: null, trouble: null }
  const parts = typeof cursor === 'string' ? /^([0-9a-f]{1,64})-(\d{1,15})$/.exec(cursor) : null
  if (parts === null) {
    return { after: null, trouble: `The cursor in the memory is none of Steward's. ${again}` }
  }
  if (parts[1] !== storeId) {
    return { after: null, trouble: `The cursor in the memory is of another database: this agent's was replaced or restored. ${again}` }
  }
  return { after: Number(parts[2]), trouble: null }
}

const again = 'Outcomes are told from the beginning; those that were told before can be known by their action_id.'
