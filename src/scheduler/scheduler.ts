import { isDeepStrictEqual } from 'node:util'
import { defaultRequester, idShape, mainLane, type Action, type ActionEvent } from '../domain/action.js'
import type { IdSource } from '../domain/clock.js'
import { beginning, isWellFormed, type JsonValue } from '../domain/json.js'
import type { ActionKind } from '../domain/kind.js'
import { isFinal } from '../domain/lifecycle.js'
import type { KindDescription, ScheduleRequest, Scheduled, Scheduler } from '../domain/ports/scheduler.js'
import type { ActionStore, Effect } from '../domain/ports/store.js'
import { Problem } from '../domain/problem.js'
import { Waiters } from './waiters.js'

/** What the scheduler needs of the registry of kinds. */
export interface KindRegistry {
  get (name: string): ActionKind | undefined
  list (): readonly KindDescription[]
  /** Throws `unknown-kind`, `invalid-args`. */
  check (name: string, args: JsonValue): void
}

/** What a scheduler is made of. */
export interface SchedulerOptions {
  readonly store: ActionStore
  readonly registry: KindRegistry
  readonly newId: IdSource
  /** Why no actions are taken, else null. */
  readonly disabled: string | null
}

/** The scheduler, and the end of it. */
export interface RunningScheduler extends Scheduler {
  /** Refuses new work with `shutting-down` from now on. Reading goes on. */
  refuse (): void
}

type EventListener = (events: readonly ActionEvent[]) => void

/** Makes the one service that every face calls. */
export function createScheduler ({ store, registry, newId, disabled }: SchedulerOptions): RunningScheduler {
  const waiters = new Waiters()
  const listeners = new Set<EventListener>()
  let refusing = false
  store.onCommit(effects => {
    waiters.tell(effects)
    tellEvents(listeners, effects)
  })

  const get = (id: string): Action => {
    const action = store.get(normalId(id))
    if (action === null) throw new Problem('unknown-action', { params: { id } })
    return action
  }

  return {
    storeId: store.id,
    get,
    find: id => idShape.test(id) ? store.get(normalId(id)) : null,
    kinds: () => registry.list(),
    history: action => store.history(action.seq),
    list: query => store.page(query),
    listWithFailures: query => store.pageWithFailures(query),
    eventsAfter: (position, limit) => store.eventsAfter(position, limit),
    lastEvent: () => store.lastEvent(),
    eventTime: position => store.eventTime(position),
    outcomes: query => store.outcomes(query),
    audit: query => store.audit(query),
    refuse: () => { refusing = true },

    async schedule (request) {
      if (disabled !== null) throw new Problem('actions-disabled', { params: { reason: disabled } })
      if (refusing) throw new Problem('shutting-down', { retryAfterSeconds: 5 })
      registry.check(request.kind, request.args ?? null)
      // SQLite would give it back as another one, and that lane would stop.
      if (request.lane !== undefined && !isWellFormed(request.lane)) throw new Error('a lane is named by half a character')
      const id = request.id === undefined ? newId() : normalId(request.id)
      const appended = await store.append(draftOf(request, id))
      const same = appended.fresh || sameContent(request, appended.action)
      if (!same) throw new Problem('action-exists', { params: { id } })
      return appended satisfies Scheduled
    },

    // Also where actions are disabled: so what must not run can be taken out of a queue before they are enabled.
    async cancel (id, caller) {
      const refuse = (action: Action): string | null => registry.get(action.kind)?.refuseCancel?.(action) ?? null
      return await store.requestCancel(normalId(id), { caller, refuse })
    },

    outcome: async (id, signal) => await waiters.until(get(id), action => isFinal(action.state), signal),
    changed: async (id, version, signal) =>
      await waiters.until(get(id), action => action.version !== version, signal),

    onEvents (listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    }
  }
}

function draftOf (request: ScheduleRequest, id: string) {
  return {
    id,
    kind: request.kind,
    lane: request.lane ?? mainLane,
    args: request.args ?? null,
    headers: request.headers ?? {},
    requester: request.requester ?? defaultRequester,
    principal: request.principal,
    protocol: request.protocol,
    remoteAddress: request.remoteAddress,
    requestId: request.requestId ?? null,
    trace: request.trace ?? null,
    createdAt: request.createdAt ?? null,
    collector: request.collector ?? null
  }
}

/** An id in the form in which it is stored. */
function normalId (id: string): string {
  if (!idShape.test(id)) throw new Problem('invalid-id', { params: { id: beginning(id, 100) } })
  return id.toLowerCase()
}

/** Whether a request asks for what an action is already; a time of creation counts only when it is given. */
function sameContent (request: ScheduleRequest, action: Action): boolean {
  const { kind, lane, args, headers, requester } = draftOf(request, action.id)
  return kind === action.kind && lane === action.lane && requester === action.requester &&
    (request.createdAt === undefined || request.createdAt === action.createdAt) &&
    isDeepStrictEqual(asStored(args), action.args) && isDeepStrictEqual({ ...headers }, action.headers)
}

/** JSON has no negative zero, so what was stored may differ from what was sent in that. */
function asStored (value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue
}

function tellEvents (listeners: ReadonlySet<EventListener>, effects: readonly Effect[]): void {
  if (listeners.size === 0) return
  const events = effects.flatMap(effect => effect.type === 'transition' ? [effect.event] : [])
  if (events.length > 0) for (const listener of listeners) listener(events)
}
