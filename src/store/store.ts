import { performance } from 'node:perf_hooks'
import { eq, sql } from 'drizzle-orm'
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { Action, ActionDraft, ActionSummary, Transition } from '../domain/action.js'
import type { Clock, Instant } from '../domain/clock.js'
import type { JsonValue } from '../domain/json.js'
import type { Outcome } from '../domain/kind.js'
import type { Page, PageQuery } from '../domain/page.js'
import { everyObserver, type Observer } from '../domain/ports/observer.js'
import type {
  ActionStore, Appended, Effect, EventBatch, LaneDepth, OutcomeBatch, OutcomeQuery, PruneStep
} from '../domain/ports/store.js'
import { Problem } from '../domain/problem.js'
import { Depth } from './depth.js'
import { faultOf, problemOf, storeErrorOf, type StoreError, type WriteFault } from './errors.js'
import { createEventReads, type EventReads } from './events.js'
import { createFileGuard } from './guard.js'
import type { Migration } from './migrate.js'
import { openDatabase, type OpenDatabase } from './open.js'
import { createOutcomes } from './outcomes.js'
import { readPage } from './pages.js'
import { createPrune, type Prune, type PruneRule } from './prune.js'
import { payloadText, toAction } from './rows.js'
import { actionTable, storeTable } from './schema.js'
import { WriteTurn, type Work } from './turn.js'
import { Writes } from './writes.js'

/** What a store is made of. */
export interface StoreOptions {
  /** The database file; made, with its folder, if there is none. */
  readonly path: string
  readonly clock: Clock
  /** Actions that may wait and run at once. */
  readonly queueLimit: number
  readonly observer?: Observer
  /** Called once when the database can no longer be used: the process has to end. */
  readonly onFatal?: (error: StoreError) => void
  readonly migrations?: readonly Migration[]
}

/** How often a full or held disk is tried again. The one timer of the store: a disk tells nobody when it has room. */
const probeMs = 1000

/**
 * Opens the store.
 * @throws StoreError with one sentence that says what to do
 */
export function openStore (options: StoreOptions): SqliteStore {
  const open = openDatabase(options)
  try {
    return new SqliteStore(open, options)
  } catch (error) {
    open.close()
    throw storeErrorOf(error, options.path)
  }
}

/** The durable queue on SQLite: see the port for what each method promises. */
export class SqliteStore implements ActionStore {
  readonly id: string
  /** The migrations that opening applied, and the copy that it made before. */
  readonly migrated: OpenDatabase['migrated']
  readonly #open: OpenDatabase
  readonly #options: StoreOptions
  readonly #observer: Required<Observer>
  readonly #reads: BetterSQLite3Database
  readonly #turn: WriteTurn
  readonly #writes: Writes
  readonly #events: EventReads
  readonly #outcomes: (query: OutcomeQuery) => OutcomeBatch
  readonly #prune: Prune
  readonly #depth: Depth
  readonly #protocols: Set<string>
  readonly #byId: (id: string) => Action | null
  readonly #listeners = new Set<(effects: readonly Effect[]) => void>()
  #trouble: string | null = null
  #lost = false
  #room: { promise: Promise<void>, resolve: () => void } | null = null
  #probe: NodeJS.Timeout | null = null
  #closed = false

  constructor (open: OpenDatabase, options: StoreOptions) {
    this.#open = open
    this.#options = options
    this.migrated = open.migrated
    this.#observer = everyObserver(options.observer === undefined ? [] : [options.observer])
    const { database } = open
    this.#reads = drizzle(database)
    this.id = this.#reads.select({ id: storeTable.id }).from(storeTable).get()!.id
    this.#depth = new Depth(database)
    this.#protocols = new Set(readProtocols(this.#reads))
    this.#writes = new Writes(database, options.clock)
    this.#events = createEventReads(database)
    this.#outcomes = createOutcomes(database, this.#events)
    this.#prune = createPrune(database, this.#protocols)
    const byId = this.#reads.select().from(actionTable).where(eq(actionTable.id, sql.placeholder('id'))).prepare()
    this.#byId = id => {
      const row = byId.get({ id })
      return row === undefined ? null : toAction(row)
    }
    const guard = createFileGuard(database.name)
    this.#turn = new WriteTurn(database, {
      observer: this.#observer,
      guard: guard.check,
      ended: guard.accept,
      committed: effects => { this.#committed(effects) },
      failed: (fault, error) => { this.#failed(fault, error) }
    })
  }

  append (draft: ActionDraft): Promise<Appended> {
    const args = JSON.stringify(draft.args)
    const room = (queued: number): void => {
      const limit = this.#options.queueLimit
      if (this.#depth.queued + queued >= limit) throw new Problem('queue-full', { params: { limit }, retryAfterSeconds: 1 })
    }
    return this.#write('append', args.length + 500, scope => this.#writes.append(draft, args, { scope, room }))
  }

  claim (lane: string, wanted: () => boolean = () => true): Promise<Action | null> {
    return this.#write('claim', 200, scope => wanted() ? this.#writes.claim(lane, scope) : null)
  }

  progress (seq: number, payload: JsonValue): Promise<Action> {
    const text = payloadText(payload)
    return this.#write('progress', 200 + (text?.length ?? 0) * 2, scope => this.#writes.progress(seq, text, scope))
  }

  settle (seq: number, outcome: Outcome): Promise<Action> {
    const text = payloadText(outcome.payload ?? null)
    return this.#write('settle', 200 + (text?.length ?? 0) * 2, scope => this.#writes.settle(seq, outcome, text, scope))
  }

  requestCancel (id: string, refuse: (action: Action) => string | null): Promise<Action> {
    return this.#write('cancel', 200, scope => this.#writes.requestCancel(id, refuse, scope))
  }

  suspend (seq: number): Promise<Action> {
    return this.#write('suspend', 200, () => this.#writes.suspend(seq))
  }

  interrupt (seq: number): Promise<Action> {
    return this.#write('interrupt', 200, () => this.#writes.interrupt(seq))
  }

  prune (rule: PruneRule): Promise<PruneStep> {
    return this.#write('prune', 200, () => this.#prune(rule))
  }

  get (id: string): Action | null {
    return this.#read('get', () => this.#byId(id))
  }

  history (seq: number): readonly Transition[] {
    return this.#read('history', () => this.#events.history(seq))
  }

  page (query: PageQuery): Page<ActionSummary> {
    const source = { reads: this.#reads, storeId: this.id, protocols: this.#protocols }
    return this.#read('page', () => readPage(source, query))
  }

  eventsAfter (position: number, limit: number): EventBatch {
    return this.#read('events', () => this.#events.eventsAfter(position, limit))
  }

  lastEvent (): number {
    return this.#read('events', () => this.#events.lastEvent())
  }

  eventTime (position: number): Instant | null {
    return this.#read('events', () => this.#events.eventTime(position))
  }

  outcomes (query: OutcomeQuery): OutcomeBatch {
    return this.#read('outcomes', () => this.#outcomes(query))
  }

  lanes (): readonly LaneDepth[] {
    return this.#depth.lanes()
  }

  running (): readonly Action[] {
    return this.#read('running', () => this.#reads.select().from(actionTable)
      .where(eq(actionTable.state, 'RUNNING')).orderBy(actionTable.seq).all().map(toAction))
  }

  oldestWaiting (): number | null {
    const { scheduledAt, seq } = actionTable
    const oldest = (lane: string): number | null => this.#reads.select({ at: scheduledAt }).from(actionTable)
      .where(sql`state = 'NEW' and lane = ${lane}`).orderBy(seq).limit(1).get()?.at ?? null
    const waiting = this.#depth.lanes().filter(lane => lane.waiting > 0)
    const moments = this.#read('oldest', () => waiting.map(({ lane }) => oldest(lane))).filter(at => at !== null)
    return moments.length === 0 ? null : Math.min(...moments)
  }

  trouble (): string | null {
    return this.#trouble
  }

  get lost (): boolean {
    return this.#lost
  }

  async writable (signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#room === null) return
    const { promise } = this.#room
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => { reject(signal.reason) }
      signal.addEventListener('abort', abort, { once: true })
      promise.then(() => {
        signal.removeEventListener('abort', abort)
        resolve()
      }, reject)
    })
  }

  onCommit (listener: (effects: readonly Effect[]) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  /** Writes what has been entered, then closes the database. Entering anything later is refused. */
  close (): void {
    if (this.#closed) return
    this.#closed = true
    this.#turn.close(new Problem('shutting-down'))
    if (this.#probe !== null) clearTimeout(this.#probe)
    this.#open.close()
  }

  /** Enters the turn, and tells how long it took until the commit. */
  async #write<T> (name: string, bytes: number, work: Work<T>): Promise<T> {
    const began = performance.now()
    let ok = true
    try {
      return await this.#turn.enter(bytes, work)
    } catch (error) {
      ok = isCallersFault(error)
      throw error
    } finally {
      this.#observer.operation({ name, ms: performance.now() - began, ok })
    }
  }

  #read<T> (name: string, read: () => T): T {
    const began = performance.now()
    let ok = true
    try {
      return read()
    } catch (error) {
      ok = isCallersFault(error)
      const fault = faultOf(error)
      if (fault === 'own') throw error
      if (fault === 'fatal') this.#failed(fault, error)
      throw problemOf(fault, error)
    } finally {
      this.#observer.operation({ name, ms: performance.now() - began, ok })
    }
  }

  #committed (effects: readonly Effect[]): void {
    this.#depth.follow(effects)
    if (this.#room !== null) this.#hasRoom()
    for (const effect of effects) if (effect.type === 'transition' && effect.from === null) this.#protocols.add(effect.action.protocol)
    this.#observer.committed(effects)
    for (const listener of this.#listeners) listener(effects)
  }

  #failed (fault: Exclude<WriteFault, 'own'>, error: unknown): void {
    if (this.#lost) return
    const trouble = storeErrorOf(error, this.#options.path)
    this.#trouble = trouble.message
    if (fault === 'fatal') {
      this.#lost = true
      this.#turn.refuse(problemOf(fault, error))
      this.#options.onFatal?.(trouble)
    } else if (this.#room === null) {
      this.#room = deferred()
      this.#probeLater()
    }
  }

  /** While the disk is full or held, a small write is tried now and then; the first that succeeds ends the trouble. */
  #probeLater (): void {
    this.#probe = setTimeout(() => {
      this.#turn.enter(0, () => this.#open.database.prepare('update store set pruned_action = pruned_action').run()).then(
        () => { this.#hasRoom() },
        () => { if (!this.#closed && this.#room !== null) this.#probeLater() })
    }, probeMs)
  }

  #hasRoom (): void {
    if (this.#probe !== null) clearTimeout(this.#probe)
    this.#trouble = null
    this.#room?.resolve()
    this.#room = null
  }
}

/** True for what a caller asked wrongly: the store did its part. */
function isCallersFault (error: unknown): boolean {
  return error instanceof Problem && error.category !== 'full' && error.category !== 'unavailable'
}

function deferred (): { promise: Promise<void>, resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>(_resolve => { resolve = _resolve })
  return { promise, resolve }
}

/** The protocols in the database, by hops through the index: `distinct` would walk all of it. */
function readProtocols (reads: BetterSQLite3Database): string[] {
  return reads.all<{ protocol: string }>(sql`
    with recursive hop (state, protocol) as (
      select s.state, (select min(protocol) from action where state = s.state)
      from (select 'NEW' as state union all select 'RUNNING' union all select 'DONE' union all select 'FAILED') s
      union all
      select hop.state, (select min(protocol) from action where state = hop.state and protocol > hop.protocol)
      from hop where hop.protocol is not null
    )
    select distinct protocol from hop where protocol is not null`).map(row => row.protocol)
}
