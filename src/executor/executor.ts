import { setTimeout as delay } from 'node:timers/promises'
import type { Action } from '../domain/action.js'
import { messageOf } from '../domain/failure.js'
import type { JsonValue } from '../domain/json.js'
import type { ActionKind, Outcome } from '../domain/kind.js'
import type { Logger } from '../domain/log.js'
import type { Observer } from '../domain/ports/observer.js'
import type { Component } from '../domain/ports/protocol.js'
import type { ActionStore, Effect } from '../domain/ports/store.js'
import { storable } from './outcome.js'
import { persist, type Persistence } from './persist.js'
import { kindIsGone, recover } from './recovery.js'
import { Run } from './run.js'

/** What the executor needs of the registry of kinds. */
export interface KindSource {
  get (name: string): ActionKind | undefined
  argsFor (kind: ActionKind, args: JsonValue): JsonValue
}

/** What an executor is made of. */
export interface ExecutorOptions {
  readonly store: ActionStore
  readonly kinds: KindSource
  readonly log: Logger
  readonly observer: Required<Observer>
  /** Lanes that run at once. */
  readonly maxLanes: number
  /** Bytes of JSON that a final payload may have. */
  readonly payloadLimit: number
  /** Milliseconds that running actions get at a shutdown. */
  readonly graceMs: number
  /** Milliseconds for which a run may ignore that it was told to end before that is reported. Default 10,000. */
  readonly stuckAfterMs?: number
}

/** A progress may carry this much: a history of 1,000 entries stays readable in one piece. */
const progressLimit = 64 * 1024

/** After the grace period, a run that was aborted may take this long to notice. */
const afterGraceMs = 5000

/**
 * Drains the lanes: in each one RUNNING action, never two, in the order of commit. Woken by commits, never by a
 * timer.
 */
export class Executor implements Component {
  readonly name = 'executor'
  readonly #options: ExecutorOptions
  /** Lanes that are being drained; null between two runs. */
  readonly #lanes = new Map<string, Run | null>()
  readonly #drains = new Set<Promise<void>>()
  /** Lanes that may have something to run, first come first served. */
  readonly #waiting = new Set<string>()
  /** Cancelled in the very turn that claimed them, before there was a run to abort. */
  readonly #cancelled = new Set<string>()
  readonly #ending = new AbortController()
  /** What was last waited for was room on the disk. */
  #isFull = false
  /** Ends the wait for the runs, at a stop. */
  #patience: AbortController | null = null
  #unsubscribe: (() => void) | null = null
  /** What may go on after an interruption, by its lane. */
  readonly #resumable = new Map<string, Action>()
  #recovery: Promise<void> = Promise.resolve()
  #accepting = false
  #trouble: string | null = null

  constructor (options: ExecutorOptions) {
    this.#options = options
  }

  /** A sentence when actions are not being carried out as they should be, else null. */
  trouble (): string | null {
    return this.#accepting ? this.#trouble : 'the executor is not running'
  }

  /**
   * Judges what a dead process left RUNNING. Comes before `start`, and before anybody can ask. While the disk is full
   *
   * it goes on by itself, and the agent answers meanwhile: the lanes concerned wait.
   */
  async recover (): Promise<void> {
    const { kinds, log, observer } = this.#options
    await new Promise<void>((resolve, reject) => {
      const persistence = { ...this.#persistence, onWait: () => { resolve() } }
      this.#recovery = recover({ ...persistence, kindOf: name => kinds.get(name), log, observer }).then(resumable => {
        for (const action of resumable) this.#resumable.set(action.lane, action)
      })
      this.#recovery.then(resolve, reject)
    })
  }

  /** Drains every lane that has something in it, what may be resumed first. */
  async start (): Promise<void> {
    if (this.#accepting) return
    const { store, log } = this.#options
    this.#unsubscribe = store.onCommit(effects => { this.#follow(effects) })
    store.claimWithAppend({
      wants: (lane, others) => this.#accepting && !this.#lanes.has(lane) && !this.#resumable.has(lane) &&
        this.#lanes.size + others < this.#options.maxLanes,
      claimed: action => { this.#drain(action.lane, action) }
    })
    this.#accepting = true
    this.#wakeAll()
    this.#recovery.then(() => { this.#wakeAll() }, (error: unknown) => {
      // Told to stop while it waited for room on the disk: the next agent judges.
      if (this.#ending.signal.aborted) return
      log.error({ err: error }, 'could not judge what was left running')
      this.#trouble = `what was left running could not be judged: ${messageOf(error)}`
    })
  }

  /**
   * Claims nothing more. Kinds that resume are told to end at once and stay RUNNING on disk; the others get the grace
   * period first. Returns when all have ended or the limits are over.
   */
  async stop (graceMs = this.#options.graceMs): Promise<void> {
    this.#accepting = false
    const { log } = this.#options
    for (const run of this.#lanes.values()) if (run?.kind.onInterrupt === 'resume') run.abort('shutdown')
    await this.#allEnded(graceMs)
    for (const run of this.#lanes.values()) run?.abort('shutdown')
    await this.#allEnded(afterGraceMs)
    for (const [lane, run] of this.#lanes) {
      if (run !== null) log.warn({ lane, action: run.action.id }, 'left a run that does not end')
    }
    // What was recovered and had no turn was not interrupted again. One try: a full disk must not keep the agent.
    for (const { seq } of this.#resumable.values()) await this.#options.store.suspend(seq).catch(() => {})
    this.#ending.abort('shutdown')
    this.#unsubscribe?.()
  }

  /**
   * Nothing runs any more, and what remains is to be written to a disk that is full: the next agent goes on. A
   * database that another process holds is waited for: that passes.
   */
  get #waitsForRoomAlone (): boolean {
    if (!this.#isFull || this.#options.store.trouble() === null) return false
    return [...this.#lanes.values()].every(run => run === null)
  }

  async #allEnded (limitMs: number): Promise<void> {
    if (this.#drains.size === 0 || this.#waitsForRoomAlone) return
    this.#patience = new AbortController()
    const over = delay(limitMs, undefined, { signal: this.#patience.signal }).catch(() => {})
    await Promise.race([Promise.allSettled(this.#drains), over])
    this.#patience.abort()
  }

  #follow (effects: readonly Effect[]): void {
    for (const effect of effects) {
      const { action } = effect
      if (effect.type === 'cancel') {
        const run = this.#lanes.get(action.lane)
        if (run?.action.id === action.id) run.abort('cancelled')
        else this.#cancelled.add(action.id)
      } else if (effect.type === 'transition' && effect.from === null) {
        this.#wake(action.lane)
      }
    }
  }

  get #persistence (): Persistence {
    return {
      store: this.#options.store,
      signal: this.#ending.signal,
      onWait: code => {
        this.#isFull = code === 'store-full'
        if (this.#waitsForRoomAlone) this.#patience?.abort()
      }
    }
  }

  #wakeAll (): void {
    for (const lane of this.#resumable.keys()) this.#waiting.add(lane)
    for (const { lane, waiting } of this.#options.store.lanes()) if (waiting > 0) this.#waiting.add(lane)
    this.#fill()
  }

  #wake (lane: string): void {
    this.#waiting.add(lane)
    this.#fill()
  }

  /** Gives free places to lanes that wait for one. */
  #fill (): void {
    if (!this.#accepting) return
    for (const lane of this.#waiting) {
      if (this.#lanes.size >= this.#options.maxLanes) return
      if (!this.#lanes.has(lane)) this.#drain(lane)
    }
  }

  /** Carries out what the lane has, beginning with what was claimed already. */
  #drain (lane: string, claimed: Action | null = null): void {
    this.#lanes.set(lane, null)
    const drain = this.#drainLane(lane, claimed).catch((error: unknown) => {
      // The database is lost, or the agent is stopping without room on the disk: what runs stays RUNNING there.
      if (this.#ending.signal.aborted) {
        this.#options.log.warn({ lane }, 'stopped before what a lane came to could be written: the next start judges it')
        return
      }
      this.#options.log.error({ err: error, lane }, 'stopped draining a lane')
      this.#trouble = `the lane ${lane} is not drained any more: ${messageOf(error)}`
      this.#waiting.delete(lane)
    }).finally(() => {
      this.#lanes.delete(lane)
      this.#drains.delete(drain)
      this.#fill()
    })
    this.#drains.add(drain)
  }

  async #drainLane (lane: string, claimed: Action | null): Promise<void> {
    // The lane is taken at once; the work begins when everybody has been told of the commit.
    if (claimed !== null) await Promise.resolve()
    const resumed = this.#resumable.get(lane) ?? null
    this.#resumable.delete(lane)
    let action = claimed ?? resumed ?? await this.#claim(lane)
    while (action !== null) {
      const outcome = await this.#run(lane, action, action === resumed)
      this.#lanes.set(lane, null)
      if (outcome === null) {
        await this.#suspend(action)
        return
      }
      const { id } = action
      action = await this.#settleAndClaim(action, outcome)
      this.#cancelled.delete(id)
    }
  }

  #suspend (action: Action): Promise<Action> {
    return persist(this.#persistence, () => this.#options.store.suspend(action.seq))
  }

  #claim (lane: string): Promise<Action | null> {
    if (!this.#accepting) return Promise.resolve(null)
    // From here on only a newer commit can mean that the lane has more.
    this.#waiting.delete(lane)
    const claim = (): Promise<Action | null> => this.#options.store.claim(lane, () => this.#accepting)
    return persist(this.#persistence, claim)
  }

  async #run (lane: string, action: Action, resumed: boolean): Promise<Outcome | null> {
    const { kinds, store, log, observer } = this.#options
    const kind = kinds.get(action.kind)
    if (kind === undefined) return kindIsGone(action)
    if (resumed) observer.resumed(action)
    const cancelled = action.cancelRequestedAt !== null || this.#cancelled.has(action.id)
    const fields = { action: action.id, kind: action.kind, lane }
    const run = new Run({
      action,
      kind,
      // Its own: a kind may change what it is given, and others are told of the action while it runs.
      args: structuredClone(kinds.argsFor(kind, action.args)),
      resumed,
      log: onceAsked(() => log.child(fields)),
      progressLimit,
      stuckAfterMs: this.#options.stuckAfterMs ?? 10_000,
      record: async (payload, signal) => {
        await persist({ store, signal }, () => store.progress(action.seq, payload))
      },
      onStuck: () => {
        log.warn(fields, 'a run does not end although it was told to; its lane is blocked')
        observer.stuck({ kind: action.kind, lane })
      }
    }, cancelled ? 'cancelled' : null)
    this.#lanes.set(lane, run)
    const outcome = await run.ended
    return outcome === null ? null : storable(outcome, this.#options.payloadLimit)
  }

  /** Settles an action and claims the lane's next in the same write turn: one wait for the disk instead of two. */
  async #settleAndClaim (action: Action, outcome: Outcome): Promise<Action | null> {
    const { store } = this.#options
    const settle = (): Promise<Action> => store.settle(action.seq, outcome)
    const settling = settle().then(() => true, () => false)
    const claiming = this.#claimUnlessOthersWait(action.lane)
    // Awaited below; it may be rejected before.
    claiming.catch(() => {})
    const settled = await settling
    if (!settled) {
      await claiming.catch(() => {})
      // Where the turn failed as a whole, the outcome is kept here until it can be written.
      await persist(this.#persistence, settle)
    }
    // After a lost turn only now the lane is free: the claim that came with it found it taken.
    return settled ? await claiming : await this.#claimUnlessOthersWait(action.lane)
  }

  /**
   * Claims the lane's next, unless every place is taken and another lane waits for one: then this lane queues up
   * behind it.
   */
  #claimUnlessOthersWait (lane: string): Promise<Action | null> {
    if (this.#lanes.size < this.#options.maxLanes) return this.#claim(lane)
    for (const other of this.#waiting) {
      if (this.#lanes.has(other)) continue
      this.#waiting.delete(lane)
      this.#waiting.add(lane)
      return Promise.resolve(null)
    }
    return this.#claim(lane)
  }
}

/** What the function makes, made when it is first asked for. */
function onceAsked<T> (make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
