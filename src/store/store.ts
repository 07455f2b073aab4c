import { performance } from 'node:perf_hooks'
import type Database from 'better-sqlite3'
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { Action, ActionDraft, ActionSummary, ListedAction, Transition } from '../domain/action.js'
import type { AuditEntry, AuditQuery } from '../domain/audit.js'
import type { Clock, Instant } from '../domain/clock.js'
import type { JsonValue } from '../domain/json.js'
import type { Outcome } from '../domain/kind.js'
import type { Page, PageQuery } from '../domain/page.js'
import { everyObserver, type Observer } from '../domain/ports/observer.js'
import type {
  ActionStore, Appended, CancelWish, Claimer, Effect, EventBatch, LaneDepth, MoveBatch, OutcomeBatch, OutcomeQuery,
  PruneStep
} from '../domain/ports/store.js'
import { Problem } from '../domain/problem.js'
import { createAudit } from './audit.js'
import { Depth } from './depth.js'
import { Damage, faultOf, isCallersFault, passingTrouble, problemOf, storeErrorOf, type StoreError, type WriteFault } from './errors.js'
import { createEventReads, type EventReads } from './events.js'
import { createFailures } from './failures.js'
import { createFolding } from './folding.js'
import { createFileGuard, type FileGuard } from './guard.js'
import { createLookups, type Lookups } from './lookups.js'
import type { Migration } from './migrate.js'
import { openDatabase, type OpenDatabase } from './open.js'
import { createOutcomes } from './outcomes.js'
import { cutPage, readPage, type PageSource } from './pages.js'
import { readProtocols } from './protocols.js'
import { createPrune, type Prune, type PruneRule } from './prune.js'
import { payloadText, toAction } from './rows.js'
import { storeTable } from './schema.js'
import { createSuccesses } from './successes.js'
import { WriteTurn, type Entry } from './turn.js'
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

/** Databases that nobody may close: not the collector of garbage either. */
const abandoned = new Set<OpenDatabase>()

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
  readonly #failures: (page: readonly ActionSummary[]) => ListedAction[]
  readonly #audit: (query: AuditQuery) => Page<AuditEntry>
  readonly #outcomes: (query: OutcomeQuery) => OutcomeBatch
  readonly #successes: () => Map<string, Instant>
  readonly #prune: Prune
  readonly #depth: Depth
  readonly #protocols: Set<string>
  readonly #pages: PageSource
  readonly #lookups: Lookups
  readonly #oldestOf: Database.Statement<[string], Instant>
  readonly #fold: () => boolean
  readonly #listeners = new Set<(effects: readonly Effect[]) => void>()
  #claimer: Claimer | null = null
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
    this.id = storeIdOf(this.#reads)
    this.#lookups = createLookups(database)
    this.#depth = new Depth(database, this.#lookups)
    const protocols = this.#protocols = new Set(readProtocols(this.#reads))
    this.#pages = { reads: this.#reads, storeId: this.id, protocols, running: () => this.#running() }
    this.#writes = new Writes(database, { clock: options.clock, lookups: this.#lookups })
    this.#events = createEventReads(database)
    this.#failures = createFailures(database)
    this.#audit = createAudit(database)
    this.#outcomes = createOutcomes(database, this.#events)
    this.#successes = createSuccesses(database, this.#protocols)
    this.#prune = createPrune(database, this.#protocols)
    this.#oldestOf = database.prepare<[string], Instant>(`
      select scheduled_at from action where lane = ? and finished_at is null and state = 'NEW' order by seq limit 1`).pluck()
    this.#fold = createFolding(database)
    const guard = createFileGuard(database.name)
    this.#turn = new WriteTurn(database, {
      observer: this.#observer,
      guard: guard.check,
      ended: guard.accept,
      undone: () => {
        this.#writes.forget()
        this.#prune.forget()
      },
      follow: effects => this.#claimsAfter(effects),
      committed: effects => { this.#committed(effects) },
      told: () => { this.#foldLog(guard) },
      failed: (fault, error) => { this.#failed(fault, error) }
    })
  }

  append (draft: ActionDraft): Promise<Appended> {
    const args = JSON.stringify(draft.args)
    const room = (queued: number): Problem | null => {
      const limit = this.#options.queueLimit
      return this.#depth.queued + queued < limit ? null : new Problem('queue-full', { params: { limit }, retryAfterSeconds: 1 })
    }
    return this.#turn.enter('append', args.length + 500, scope => this.#writes.append(draft, args, { scope, room }))
  }

  claim (lane: string, wanted: () => boolean = () => true): Promise<Action | null> {
    return this.#turn.enter('claim', 200, scope => wanted() ? this.#writes.claim(lane, scope) : null)
  }

  progress (seq: number, payload: JsonValue): Promise<Action> {
    const text = payloadText(payload)
    return this.#turn.enter('progress', 200 + (text?.length ?? 0) * 2, scope => this.#writes.progress(seq, text, scope))
  }

  settle (seq: number, outcome: Outcome): Promise<Action> {
    const text = payloadText(outcome.payload ?? null)
    return this.#turn.enter('settle', 200 + (text?.length ?? 0) * 2, scope => this.#writes.settle(seq, outcome, text, scope))
  }

  requestCancel (id: string, wish: CancelWish): Promise<Action> {
    return this.#turn.enter('cancel', 200, scope => this.#writes.requestCancel(id, wish, scope))
  }

  suspend (seq: number): Promise<Action> {
    return this.#turn.enter('suspend', 200, () => this.#writes.suspend(seq))
  }

  interrupt (seq: number): Promise<Action> {
    return this.#turn.enter('interrupt', 200, () => this.#writes.interrupt(seq))
  }

  prune (rule: PruneRule): Promise<PruneStep> {
    return this.#turn.enter('prune', 200, () => this.#prune.step(rule))
  }

  get (id: string): Action | null {
    return this.#read('get', () => {
      const row = this.#lookups.byId.get(id)
      return row === undefined ? null : toAction(row)
    })
  }

  history (seq: number): readonly Transition[] {
    return this.#read('history', () => this.#events.history(seq))
  }

  audit (query: AuditQuery): Page<AuditEntry> {
    return this.#read('audit', () => this.#audit(query))
  }

  page (query: PageQuery): Page<ActionSummary> {
    return this.#read('page', () => readPage(this.#pages, query))
  }

  pageWithFailures (query: PageQuery): Page<ListedAction> {
    return this.#read('page', () => {
      const page = readPage(this.#pages, query)
      return cutPage(page, { items: this.#failures(page.items), storeId: this.id, query })
    })
  }

  eventsAfter (position: number, limit: number): EventBatch {
    return this.#read('events', () => this.#events.eventsAfter(position, limit))
  }

  lastEvent (): number {
    return this.#read('events', () => this.#events.lastEvent())
  }

  movesUntil (position: number, limit: number): MoveBatch {
    return this.#read('events', () => this.#events.movesUntil(position, limit))
  }

  eventTime (position: number): Instant | null {
    return this.#read('events', () => this.#events.eventTime(position))
  }

  outcomes (query: OutcomeQuery): OutcomeBatch {
    return this.#read('outcomes', () => this.#outcomes(query))
  }

  lastSuccesses (): ReadonlyMap<string, Instant> {
    return this.#read('successes', () => this.#successes())
  }

  lanes (): readonly LaneDepth[] {
    return this.#depth.lanes()
  }

  running (): readonly Action[] {
    return this.#read('running', () => this.#running().flatMap(seq => this.#lookups.bySeq.get(seq) ?? []).map(toAction))
  }

  oldestWaiting (): number | null {
    const moments = this.#read('oldest', () => this.#depth.lanes().flatMap(({ lane, waiting }) =>
      waiting === 0 ? [] : this.#oldestOf.get(lane) ?? []))
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

  claimWithAppend (claimer: Claimer): void {
    this.#claimer = claimer
  }

  onCommit (listener: (effects: readonly Effect[]) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  /** The numbers of what runs, oldest first: the first of each lane in which anything does. */
  #running (): number[] {
    const lanes = this.#depth.lanes().filter(({ running }) => running > 0)
    return lanes.flatMap(({ lane }) => this.#lookups.firstOf.get(lane)?.seq ?? []).sort((a, b) => a - b)
  }

  /**
   * Writes what has been entered, then closes the database. Entering anything later is refused. A database that is lost
   * is left as it is, to be closed by the end of the process: SQLite would fold the log back while it closes it, and so
   * write into a file that somebody else has put there.
   */
  close (): void {
    if (this.#closed) return
    this.#closed = true
    this.#turn.close(new Problem('shutting-down'))
    if (this.#probe !== null) clearTimeout(this.#probe)
    if (this.#lost) abandoned.add(this.#open)
    else this.#open.close()
  }

  /** Claims of the lanes that got something just now, where they are wanted. */
  #claimsAfter (effects: readonly Effect[]): Entry[] {
    const claimer = this.#claimer
    if (claimer === null) return []
    const claims = new Map<string, Entry>()
    for (const effect of effects) {
      if (effect.type !== 'transition' || effect.from !== null) continue
      const { lane } = effect.action
      if (!claims.has(lane) && claimer.wants(lane, claims.size)) claims.set(lane, this.#claimFor(claimer, lane))
    }
    return [...claims.values()]
  }

  #claimFor (claimer: Claimer, lane: string): Entry {
    return {
      name: 'claim',
      bytes: 0,
      entered: performance.now(),
      work: scope => this.#writes.claim(lane, scope),
      resolve: (action: Action | null) => { if (action !== null) claimer.claimed(action) },
      // The executor hears of what was appended in any case, and tries again.
      reject: () => {}
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

  /** Folds the log back when it is long. What was acknowledged stands in it even where this fails. */
  #foldLog (guard: FileGuard): void {
    try {
      if (this.#fold()) guard.accept()
    } catch (error) {
      this.#failed('fatal', error)
    }
  }

  #failed (fault: Exclude<WriteFault, 'own'>, error: unknown): void {
    if (this.#lost) return
    if (fault === 'fatal') {
      const trouble = storeErrorOf(error, this.#options.path)
      this.#trouble = trouble.message
      this.#lost = true
      this.#turn.refuse(problemOf(fault, error))
      this.#options.onFatal?.(trouble)
      return
    }
    this.#trouble = passingTrouble(fault, this.#options.path)
    if (this.#room !== null) return
    this.#room = deferred()
    this.#probeLater()
  }

  /** While the disk is full or held, a small write is tried now and then; the first that succeeds ends the trouble. */
  #probeLater (): void {
    this.#probe = setTimeout(() => {
      this.#turn.enter(null, 0, () => this.#open.database.prepare('update store set pruned_action = pruned_action').run()).then(
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

function deferred (): { promise: Promise<void>, resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>(_resolve => { resolve = _resolve })
  return { promise, resolve }
}

function storeIdOf (reads: BetterSQLite3Database): string {
  const row = reads.select({ id: storeTable.id }).from(storeTable).get()
  if (row === undefined) throw new Damage('the row that says which store it is has gone')
  return row.id
}
