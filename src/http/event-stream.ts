import { Problem } from '../domain/problem.js'
import { createBell } from './bell.js'
import type { EventHub } from './event-hub.js'

/** How often a stream is written to. */
export interface StreamPace {
  /** Milliseconds between two writes at least: events in between go out together. */
  readonly coalesceMs: number
  /** Milliseconds of silence after which a comment shows that the connection lives. */
  readonly heartbeatMs: number
}

/** The pace of `/api/v1/events`. */
export const defaultPace: StreamPace = { coalesceMs: 50, heartbeatMs: 15_000 }

/** Where a stream begins: after a position, and with a word about what is missing before it. */
interface Start {
  readonly position: number
  readonly gap: GapReason | null
  /** The watcher has no id yet to come back with. */
  readonly isNew: boolean
}

/** Why events are missing: pruned; or the watcher's id is of another store or ahead of this: nothing is replayed. */
type GapReason = 'pruned' | 'other-store' | 'ahead'

interface StreamOptions {
  readonly hub: EventHub
  /** The id of the last event that the watcher has; undefined: it wants only what comes from now on. */
  readonly lastEventId: string | undefined
  /** Ends the stream. */
  readonly signal: AbortSignal
  readonly pace: StreamPace
  /** Asked before each piece: the stream ends with a token that was revoked or has expired. */
  readonly isStillWelcome: () => boolean
}

/**
 * The text of a stream of Server-Sent Events, in pieces. It is pulled: a watcher that reads slowly is written to as
 * slowly, and what it misses in the meantime is read from disk. Throws `invalid-header` for an id that is none of ours.
 */
export function eventStream ({ hub, lastEventId, ...how }: StreamOptions): AsyncGenerator<string> {
  const start = startOf(hub, lastEventId)
  return run({ hub, start, ...how })
}

type Run = Omit<StreamOptions, 'lastEventId'> & { readonly start: Start }

async function * run ({ hub, start, signal, pace, isStillWelcome }: Run): AsyncGenerator<string> {
  const bell = createBell(signal)
  const unwatch = hub.watch(bell.ring)
  try {
    let position = start.position
    let inGap = false
    yield ': this is the event stream of the agent\n\n' + openingOf(hub, start)
    while (!signal.aborted && isStillWelcome()) {
      const next = hub.after(position)
      position = next.position
      const text = (next.gap && !inGap ? gapEvent(hub, 'pruned', null) : '') + next.text
      inGap = next.gap
      if (text !== '') {
        yield text
        await bell.pause(pace.coalesceMs)
      } else if (!await bell.wait(pace.heartbeatMs) && !signal.aborted) {
        yield ': still here\n\n'
      }
    }
  } finally {
    unwatch()
    bell.close()
  }
}

function startOf (hub: EventHub, lastEventId: string | undefined): Start {
  const newest = hub.lastPosition()
  if (lastEventId === undefined || lastEventId === '') return { position: newest, gap: null, isNew: true }
  const parts = /^([\x21-\x7e]{1,64}?)-(\d{1,15})(?:-(\d{1,16}))?$/.exec(lastEventId)
  if (parts === null) {
    const reason = 'it is not the id of an event of this stream'
    throw new Problem('invalid-header', { params: { header: 'Last-Event-ID', reason } })
  }
  if (parts[1] !== hub.storeId) return { position: newest, gap: 'other-store', isNew: false }
  const position = Number(parts[2])
  // Ids that older versions gave have no time.
  const [then, now] = [parts[3], hub.timeAt(position)]
  if (then !== undefined && now !== null && Number(then) !== now) return { position: newest, gap: 'other-store', isNew: false }
  return position > newest ? { position: newest, gap: 'ahead', isNew: false } : { position, gap: null, isNew: false }
}

/**
 * What a stream begins with. Who comes without an id is told one at once: else whoever loses the connection before the
 * first event would come back without, and miss what happened meanwhile.
 */
function openingOf (hub: EventHub, { position, gap, isNew }: Start): string {
  if (gap !== null) return gapEvent(hub, gap, position)
  return isNew ? `event: begin\nid: ${idAt(hub, position)}\ndata: {}\n\n` : ''
}

/** Tells that events are missing. Its id, where the stream begins at a new place, makes a reconnect begin there too. */
function gapEvent (hub: EventHub, reason: GapReason, position: number | null): string {
  const id = position === null ? '' : `id: ${idAt(hub, position)}\n`
  return `event: gap\n${id}data: ${JSON.stringify({ reason })}\n\n`
}

function idAt (hub: EventHub, position: number): string {
  const time = hub.timeAt(position)
  return time === null ? `${hub.storeId}-${position}` : `${hub.storeId}-${position}-${time}`
}
