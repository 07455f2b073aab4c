import type { Test } from 'tap'
import { v7 } from 'uuid'
import type { ActionDraft } from '../../src/domain/action.js'
import type { ActionStore, LaneDepth } from '../../src/domain/ports/store.js'
import { someCaller } from '../support/access.js'

/** A store to try, at a time that the test sets. */
export interface StoreUnderTest {
  readonly store: ActionStore
  /** Sets the clock, in milliseconds since the epoch. */
  setTime (now: number): void
  /** Closes it and opens it again on the same data. */
  reopen (): ActionStore
}

/** How a store is opened; it is closed at the end of the test. */
export type OpenStoreUnderTest = (t: Test, options: { readonly queueLimit: number }) => StoreUnderTest

/** A draft with everything that a test does not care about filled in. */
export function draft (some: Partial<ActionDraft> = {}): ActionDraft {
  const about = { kind: 'a.b/c', lane: 'main', requester: 'AGENT_API', createdAt: null, collector: null }
  return { ...someCaller, ...about, id: v7(), args: null, headers: {}, ...some }
}

/** The lanes with anything in them, by name. */
export function lanesOf (store: ActionStore): LaneDepth[] {
  return [...store.lanes()].sort((a, b) => a.lane < b.lane ? -1 : 1)
}
