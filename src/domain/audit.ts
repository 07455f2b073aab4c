import type { Caller } from './action.js'
import type { Instant } from './clock.js'
import type { ActionState } from './lifecycle.js'

/** Something that somebody asked for, and when. */
export interface Asked extends Omit<Caller, 'remoteAddress'> {
  readonly at: Instant
  /** Null for what older versions recorded. */
  readonly remoteAddress: string | null
}

/** Who asked what of one action. */
export interface AuditEntry {
  readonly actionId: string
  readonly kind: string
  readonly state: ActionState
  /** What asked, in the caller's words. */
  readonly requester: string
  readonly scheduled: Asked
  /** Who first wished to end it; null when nobody did, or an older version recorded it. */
  readonly cancelled: Asked | null
}

/**
 * Which entries are wanted. What is said of who and when has to hold of one thing that was asked: of the scheduling, or
 * of the wish to cancel.
 */
export interface AuditFilter {
  readonly principal?: string
  readonly protocol?: string
  readonly remoteAddress?: string
  /** At this moment or later. */
  readonly since?: Instant
  /** Before this moment. */
  readonly until?: Instant
  readonly kind?: string
}

/** One page of the audit that is asked for: newest action first. */
export interface AuditQuery {
  readonly filter: AuditFilter
  /** 1 to 1,000. */
  readonly limit: number
  /** What an earlier page gave as `next`; absent: the newest. */
  readonly cursor?: string
}
