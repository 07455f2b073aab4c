import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import type { Action, Transition } from '../../src/domain/action.js'
import type { JsonObject, JsonValue } from '../../src/domain/json.js'
import { isFinal, type ActionState } from '../../src/domain/lifecycle.js'
import type { SqliteStore } from '../../src/store/store.js'
import { walk } from '../contracts/store.js'
import { faultsOfMoves } from '../support/history-laws.js'

/** What a test remembers outside of the agent, in the order of what happened. */
export type Remark =
  /** Noted before the request is sent. */
  | { readonly type: 'asked', readonly client: number, readonly id: string, readonly kind: string, readonly args: JsonObject }
  /** These are noted after the agent has said so. */
  | { readonly type: 'acknowledged' | 'cancelled', readonly id: string }
  | { readonly type: 'told', readonly id: string, readonly event: Told }

/** A transition that the agent has told somebody of. */
export interface Told {
  readonly position: number
  readonly at: number
  readonly state: ActionState
  readonly payload: JsonValue
}

/** A store as it was found, and what had been noted by then. */
export interface Find {
  readonly store: SqliteStore
  readonly path: string
  readonly remarks: readonly Remark[]
  /** Everything that was ever noted, also later: it tells which actions may have been pruned. */
  readonly all?: readonly Remark[]
}

/** What a store breaks of its promises, in words; empty when it is as it must be. */
export function faultsOfStore (find: Find): string[] {
  const { store, remarks } = find
  const found = new Map(actionsOf(store).map(action => [action.id, action]))
  const histories = new Map([...found.values()].map(({ id, seq }) => [id, store.history(seq)]))
  const pruned = prunedOf(find)
  return [
    ...damageOf(find.path),
    ...remarks.flatMap(remark => brokenPromise(remark, { found, histories, pruned })),
    ...strangers(found, remarks),
    ...disorder(found, remarks),
    ...[...histories].flatMap(([id, history]) => faultsOfMoves(history.map(viewOf)).map(fault => `${id} ${fault}`)),
    ...[...found.values()].flatMap(action => contradictions(action, histories.get(action.id) ?? []))
  ]
}

/** All actions of a store, in the order of scheduling. */
export function actionsOf (store: SqliteStore): Action[] {
  return walk(store, { filter: {}, order: 'asc', limit: 1000 }).ids.map(id => store.get(id)!)
}

function damageOf (path: string): string[] {
  const database = new Database(path, { readonly: true })
  try {
    const found = database.prepare('pragma integrity_check').pluck().all() as string[]
    const foreign = database.prepare('pragma foreign_key_check').all()
    return [...found.filter(line => line !== 'ok'), ...foreign.map(row => `a broken reference: ${JSON.stringify(row)}`)]
  } finally {
    database.close()
  }
}

/** The finished actions that pruning may have removed from this store. */
function prunedOf ({ path, remarks, all = remarks }: Find): Set<string> {
  const database = new Database(path, { readonly: true })
  const edge = database.prepare<[], number>('select pruned_transition from store').pluck().get() ?? 0
  database.close()
  return new Set(all.flatMap(remark =>
    remark.type === 'told' && isFinal(remark.event.state) && remark.event.position <= edge ? [remark.id] : []))
}

interface Found {
  readonly found: ReadonlyMap<string, Action>
  readonly histories: ReadonlyMap<string, readonly Transition[]>
  readonly pruned: ReadonlySet<string>
}

function brokenPromise (remark: Remark, { found, histories, pruned }: Found): string[] {
  const { id } = remark
  const action = found.get(id)
  if (remark.type === 'asked') {
    if (action === undefined) return []
    const same = action.kind === remark.kind && isDeepStrictEqual(action.args, remark.args)
    return same ? [] : [`${id} is not what was asked for`]
  }
  if (action === undefined) return pruned.has(id) ? [] : [`${id} was ${remark.type}, and is lost`]
  if (remark.type === 'cancelled') {
    return action.cancelRequestedAt === null ? [`the cancel of ${id} is lost`] : []
  }
  if (remark.type === 'told') {
    const { event: { position, ...told } } = remark
    const entry = histories.get(id)?.find(({ seq }) => seq === position)
    const { at, state, payload } = entry ?? {}
    return isDeepStrictEqual({ at, state, payload }, told) ? [] : [`the ${told.state} of ${id} (event ${position}) was told, and is lost`]
  }
  return []
}

function strangers (found: ReadonlyMap<string, Action>, remarks: readonly Remark[]): string[] {
  const asked = new Set(remarks.flatMap(({ type, id }) => type === 'asked' ? [id] : []))
  return [...found.keys()].filter(id => !asked.has(id)).map(id => `nobody asked for ${id}`)
}

/** In a lane what is later does not begin before what is earlier; requests of one client keep their order. */
function disorder (found: ReadonlyMap<string, Action>, remarks: readonly Remark[]): string[] {
  const faults: string[] = []
  const waiting = new Set<string>()
  const running = new Set<string>()
  for (const { id, lane, state, startedAt } of found.values()) {
    if (startedAt !== null && (waiting.has(lane) || running.has(lane))) faults.push(`${id} began before those ahead of it`)
    if (state === 'NEW') waiting.add(lane)
    if (state === 'RUNNING') running.add(lane)
  }
  const newest = new Map<number, number>()
  for (const remark of remarks) {
    if (remark.type !== 'asked') continue
    const seq = found.get(remark.id)?.seq
    if (seq === undefined) continue
    if (seq < (newest.get(remark.client) ?? 0)) faults.push(`${remark.id} came before what its client had asked for earlier`)
    newest.set(remark.client, seq)
  }
  return faults
}

function contradictions ({ id, state, statePayload }: Action, history: readonly Transition[]): string[] {
  const last = history.at(-1)
  const same = last?.state === state && isDeepStrictEqual(last.payload, statePayload)
  return same ? [] : [`${id} is ${state}, and its history ends with ${last?.state}`]
}

function viewOf ({ at, state }: Transition): { timestamp: string, state: ActionState } {
  return { timestamp: new Date(at).toISOString(), state }
}
