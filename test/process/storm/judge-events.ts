import { isDeepStrictEqual } from 'node:util'
import { isFinal } from '../../../src/domain/lifecycle.js'
import type { EventView, TransitionView } from '../../support/agent-client.js'
import type { Faults } from './judge-actions.js'
import type { Journal } from './journal.js'
import type { Recorded } from './records.js'
import type { Watcher } from './watcher.js'

interface Case {
  readonly journal: Journal
  readonly watchers: readonly Watcher[]
  readonly records: readonly Recorded[]
}

/** Holds what the watchers were told against what is on record, and against the laws of order. */
export function judgeEvents ({ journal, watchers, records }: Case): Faults {
  const [steady, impatient] = watchers
  const events = steady?.events ?? []
  const hasGap = watchers.some(({ gaps }) => gaps.length > 0)
  return {
    'each event is told once, in order, through all lives': watchers.flatMap(watcher => disorderOf(watcher.events)),
    'every watcher is told the same': hasGap || isDeepStrictEqual(events, impatient?.events) ? [] : [differenceOf(events, impatient?.events ?? [])],
    'what was told is what is on record': hasGap ? [] : faultsOfRecords(events, records),
    'one action of a lane runs at a time': hasGap ? [] : overlapsOf(events),
    'a lane runs in the order of scheduling': hasGap ? [] : overtakingOf(events),
    'what was asked for after an acknowledgement comes after it': hasGap ? [] : inversionsOf(events, journal)
  }
}

function disorderOf (events: readonly EventView[]): string[] {
  return events.flatMap(({ position }, index) => {
    const before = events[index - 1]?.position ?? 0
    return position > before ? [] : [`${position} after ${before}`]
  })
}

function differenceOf (one: readonly EventView[], other: readonly EventView[]): string {
  const at = one.findIndex((event, index) => !isDeepStrictEqual(event, other[index]))
  return `${one.length} and ${other.length} events; they part at ${JSON.stringify(one[at])} and ${JSON.stringify(other[at])}`
}

function faultsOfRecords (events: readonly EventView[], records: readonly Recorded[]): string[] {
  const told = new Map<string, TransitionView[]>()
  for (const { action_id: id, ...event } of events) told.set(id, [...told.get(id) ?? [], event])
  return records.filter(({ kept }) => kept !== null).filter(({ id, history }) => {
    return !isDeepStrictEqual((told.get(id) ?? []).map(bare), history.map(bare))
  }).map(({ id }) => id)
}

function bare ({ timestamp, state, state_payload: payload }: TransitionView): TransitionView {
  return { timestamp, state, state_payload: payload }
}

function overlapsOf (events: readonly EventView[]): string[] {
  const running = new Map<string, string>()
  return events.flatMap(({ action_id: id, state, lane }) => {
    if (state === 'NEW') return []
    const other = running.get(lane)
    const wasRunning = other !== undefined
    // What is cancelled while it waits ends without having begun.
    if (isFinal(state) && other !== id) return []
    if (isFinal(state)) running.delete(lane)
    else running.set(lane, id)
    return wasRunning && other !== id ? [`${id} was ${state} while ${other} was RUNNING`] : []
  })
}

function overtakingOf (events: readonly EventView[]): string[] {
  const began = new Set(events.filter(({ state }) => state === 'RUNNING').map(event => event.action_id))
  const scheduled = events.filter(({ state, action_id: id }) => state === 'NEW' && began.has(id)).map(event => event.action_id)
  return [...began].flatMap((id, index) => id === scheduled[index] ? [] : [`${id} began before ${scheduled[index]}`]).slice(0, 5)
}

/** What was first sent after another had been acknowledged, and has a place before it. */
function inversionsOf (events: readonly EventView[], { sent }: Journal): string[] {
  const places = new Map(events.filter(({ state }) => state === 'NEW').map(event => [event.action_id, event.position]))
  const placeOf = (id: string | null): number | undefined => places.get(id ?? '')
  const acknowledgements = sent.flatMap(({ id, acknowledgedAt: at }) => at === null ? [] : [{ id, at }])
    .sort((one, other) => one.at - other.at)
  let next = 0
  let newest = 0
  // In the order of the first sending, as the journal has them.
  return sent.flatMap(({ id, sentAt }) => {
    for (; (acknowledgements[next]?.at ?? Infinity) < sentAt; next++) {
      newest = Math.max(newest, placeOf(acknowledgements[next]?.id ?? null) ?? 0)
    }
    const place = placeOf(id)
    return place !== undefined && place < newest ? [`${id} at ${place}, after ${newest}`] : []
  })
}
