import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../../../src/domain/json.js'
import { faultsOfHistory } from '../../support/history-laws.js'
import type { WorkflowFace } from './faces.js'
import type { Journal, Sent } from './journal.js'
import type { Recorded } from './records.js'
import { externalWork, stoppableWork } from './work.js'

/** What was found wrong, by the law that it breaks: sentences, empty where the law holds. */
export type Faults = Readonly<Record<string, readonly string[]>>

interface Case {
  readonly journal: Journal
  readonly records: readonly Recorded[]
  /** Somebody was told that events are missing: what was pruned may be unknown. */
  readonly hasGap: boolean
}

/** So many interruptions, and an action is given up. */
const interruptionLimit = 3

/** Holds what is on record against what the clients know. */
export function judgeActions ({ journal, records, hasGap }: Case): Faults {
  const byId = new Map(records.map(record => [record.id, record]))
  const pairs = journal.sent.flatMap(request => {
    const record = request.id === null ? undefined : byId.get(request.id)
    return record === undefined ? [] : [{ request, record }]
  })
  const lost = journal.sent.filter(({ acknowledgedAt, id }) => acknowledgedAt !== null && !byId.has(id ?? ''))
  return {
    'nothing that was acknowledged is lost': hasGap ? [] : lost.map(({ id, work }) => `${id} ${work.kind}`),
    'there is nothing that nobody asked for': records.filter(({ id }) => journal.find(id) === undefined).map(({ id, kind }) => `${id} ${kind}`),
    'every action is what was asked for': pairs.filter(pair => !isAsAsked(pair)).map(({ record }) => `${record.id} ${record.kind}`),
    'every history is legal, and ends': records.flatMap(({ id, history }) => faultsOfHistory(history).map(fault => `${id} ${fault}`)),
    'everything ends as it must': pairs.flatMap(pair => endOf(pair) ?? []),
    'a cancel that was acknowledged takes effect': pairs.flatMap(pair => cancelOf(pair) ?? []),
    'an end that somebody was told of is the end': faultsOfTold(journal, byId)
  }
}

interface Pair {
  readonly request: Sent
  readonly record: Recorded
}

function isAsAsked ({ request: { work }, record: { kind, kept } }: Pair): boolean {
  return kind === work.kind && (kept === null || isDeepStrictEqual(kept.args, work.args))
}

/** What is wrong with the end of an action; null when nothing is. */
function endOf ({ request: { work, cancelSent }, record }: Pair): string | null {
  const { id, kind, state, payload, kept } = record
  const told = `${id} ${kind} is ${state} ${JSON.stringify(payload)?.slice(0, 200)}`
  if (state === 'DONE') return work.ends === 'done' ? null : told
  const { reason, error } = (payload ?? {}) as JsonObject
  if (reason === 'cancelled') return cancelSent ? null : `${told}, and nobody cancelled it`
  if (reason === 'interrupted') return kept === null || kept.interruptions >= interruptionLimit ? null : told
  if ((kind === externalWork || kind === stoppableWork) && error === 'the work was never begun') return null
  return work.ends === 'failed' ? null : told
}

/** What is wrong with an action whose cancel was acknowledged; null when nothing is. */
function cancelOf ({ request: { cancelledAs, work }, record }: Pair): string | null {
  const { id, state, history, payload, kept } = record
  if (cancelledAs === null) return null
  const { reason } = (payload ?? {}) as JsonObject
  const isCancelled = state === 'FAILED' && reason === 'cancelled'
  if (kept !== null && kept.cancel_requested_ts === null) return `${id} does not know that it was cancelled`
  if (cancelledAs === 'FAILED') {
    const began = history.some(entry => entry.state === 'RUNNING')
    return isCancelled && !began ? null : `${id} was cancelled while it waited, and is ${state}${began ? ' after it began' : ''}`
  }
  // An outcome that was reached before wins; what never ends by itself has none.
  const givenUp = reason === 'interrupted' || payload === null || JSON.stringify(payload).includes('never begun')
  return isCancelled || work.ends !== 'never' || givenUp ? null : `${id} was cancelled while it ran, and is ${state} ${JSON.stringify(payload)}`
}

function faultsOfTold ({ told }: Journal, byId: ReadonlyMap<string, Recorded>): string[] {
  return told.filter(({ id, state, payload }) => {
    const record = byId.get(id)
    return record !== undefined && (record.state !== state || !isDeepStrictEqual(record.payload, payload))
  }).map(({ id, by, state }) => `${id} was told as ${state} by ${by}`)
}

/** Holds what the agents of ActiveWorkflow were told against what is on record. */
export function judgeWorkflows (workflows: readonly WorkflowFace[], { journal, records }: Pick<Case, 'journal' | 'records'>): Faults {
  const byId = new Map(records.map(record => [record.id, record]))
  const told = workflows.flatMap(({ told }) => told)
  const ids = told.map(({ id }) => id)
  const asked = journal.sent.filter(({ face, acknowledgedAt }) => face === 'activeworkflow' && acknowledgedAt !== null)
  const heard = new Set(ids)
  const missed = workflows.some(({ missedSome }) => missedSome) ? [] : asked.filter(({ id }) => !heard.has(id ?? ''))
  return {
    'ActiveWorkflow hears of every end': missed.map(({ id }) => `${id}`),
    'ActiveWorkflow hears of each end once': ids.filter((id, index) => ids.indexOf(id) !== index),
    'ActiveWorkflow hears of the end as it is': told.filter(({ id, state, payload }) => {
      const record = byId.get(id)
      return record !== undefined && (record.state !== state || !isDeepStrictEqual(record.payload, payload))
    }).map(({ id, state }) => `${id} was told as ${state}`)
  }
}
