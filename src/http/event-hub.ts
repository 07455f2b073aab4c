import type { ActionEvent } from '../domain/action.js'
import type { Scheduler } from '../domain/ports/scheduler.js'
import { eventView } from './json-views.js'

type EventSource = Pick<Scheduler, 'storeId' | 'eventsAfter' | 'eventTime' | 'lastEvent' | 'onEvents'>

/** What comes after a position of the event history. */
export interface EventText {
  /** Server-Sent Events, ready to be sent; empty when nothing has come. */
  readonly text: string
  /** The position of the last of them. */
  readonly position: number
  /** True when events before these have been pruned. */
  readonly gap: boolean
}

/** Tells the transitions to any number of watchers. */
export interface EventHub {
  readonly storeId: string
  /** The position of the newest event. */
  readonly lastPosition: () => number
  /** When the event at a position was; null when there is none, or none any more. */
  readonly timeAt: (position: number) => number | null
  /** A bounded stretch of what comes after the position: from memory where that reaches back so far, else from disk. */
  readonly after: (position: number) => EventText
  /** Calls the listener whenever events have come. Returns the function that ends this. */
  readonly watch: (listener: () => void) => () => void
}

interface Rendered {
  readonly seq: number
  readonly text: string
}

const ringEvents = 1_000
const ringChars = 8 * 1024 * 1024
const batchEvents = 200
const batchChars = 256 * 1024

/**
 * Makes the hub. While somebody watches it keeps the text of the newest events, each rendered once for all watchers;
 * while nobody does it costs nothing. A watcher that falls behind what is kept goes on from disk.
 */
export function createEventHub (source: EventSource): EventHub {
  const listeners = new Set<() => void>()
  let ring: Rendered[] = []
  let chars = 0
  /** Every event after this position is in the ring. */
  let floor = 0
  let stop: (() => void) | null = null

  function take (events: readonly ActionEvent[]): void {
    const newest = ring.at(-1)?.seq ?? floor
    for (const event of events) {
      if (event.seq <= newest) continue
      const text = renderEvent(source.storeId, event)
      ring.push({ seq: event.seq, text })
      chars += text.length
    }
    if (ring.length > 2 * ringEvents || chars > ringChars) trim()
    for (const listener of listeners) listener()
  }

  /** Lets go of the oldest events. Done for many at a time: a shift for each would move the whole array each time. */
  function trim (): void {
    let from = Math.max(0, ring.length - ringEvents)
    for (const { text } of ring.slice(0, from)) chars -= text.length
    for (; chars > ringChars / 2 && from < ring.length; from++) chars -= ring[from]?.text.length ?? 0
    floor = ring[from - 1]?.seq ?? floor
    ring = ring.slice(from)
  }

  function watch (listener: () => void): () => void {
    listeners.add(listener)
    if (stop === null) {
      floor = source.lastEvent()
      stop = source.onEvents(take)
    }
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0) return
      stop?.()
      stop = null
      ring = []
      chars = 0
    }
  }

  function after (position: number): EventText {
    if (stop === null || position < floor) return fromDisk(source, position)
    return { ...batchOf(ring, firstAfter(ring, position), position), gap: false }
  }

  const { storeId } = source
  return {
    storeId,
    lastPosition: () => source.lastEvent(),
    timeAt: position => source.eventTime(position),
    after,
    watch
  }
}

/** The id of an event: store, position, and the time that tells whether the store was put back since. */
function eventId (storeId: string, { seq, at }: Pick<ActionEvent, 'seq' | 'at'>): string {
  return `${storeId}-${seq}-${at}`
}

/** One event as Server-Sent Events have it. JSON has no line breaks, so one `data` line holds it. */
export function renderEvent (storeId: string, event: ActionEvent): string {
  return `event: transition\nid: ${eventId(storeId, event)}\ndata: ${JSON.stringify(eventView(event))}\n\n`
}

function fromDisk (source: EventSource, position: number): EventText {
  const newest = source.lastEvent()
  const { events, gap } = source.eventsAfter(position, batchEvents)
  const rendered = events.map(event => ({ seq: event.seq, text: renderEvent(source.storeId, event) }))
  const batch = batchOf(rendered, 0, position)
  // Where everything up to the newest has been pruned, there is nothing to go on from but the newest.
  return { ...batch, position: gap && events.length === 0 ? newest : batch.position, gap }
}

function batchOf (rendered: readonly Rendered[], from: number, position: number): { text: string, position: number } {
  let text = ''
  let last = position
  for (let index = from; index < rendered.length && index < from + batchEvents && text.length < batchChars; index++) {
    const event = rendered[index]
    if (event === undefined) break
    text += event.text
    last = event.seq
  }
  return { text, position: last }
}

/** Index of the first event after the position, by halving. */
function firstAfter (rendered: readonly Rendered[], position: number): number {
  let low = 0
  let high = rendered.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rendered[middle]?.seq ?? Infinity) > position) high = middle
    else low = middle + 1
  }
  return low
}
