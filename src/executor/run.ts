import type { Action } from '../domain/action.js'
import { endedBy, failureOf, type Ending } from '../domain/failure.js'
import type { JsonValue } from '../domain/json.js'
import { mayBeIgnored, type AbortReason, type ActionKind, type Outcome } from '../domain/kind.js'
import type { Logger } from '../domain/log.js'
import { setLongTimer, sleep, type LongTimer } from '../timers.js'
import { outcomeOf } from './outcome.js'

/** What one run needs of the executor. */
export interface RunOptions {
  readonly action: Action
  readonly kind: ActionKind
  readonly args: JsonValue
  readonly resumed: boolean
  /** The run's log; asked for when the kind first uses it. */
  readonly log: () => Logger
  /** Bytes of JSON that one progress may carry. */
  readonly progressLimit: number
  /** Writes a progress to disk. */
  readonly record: (payload: JsonValue, signal: AbortSignal) => Promise<void>
  /** Milliseconds for which the run may ignore its signal before `onStuck` is called. */
  readonly stuckAfterMs: number
  readonly onStuck: () => void
}

/** One run of one action: its signal, its time limit, and what it comes to. */
export class Run {
  readonly action: Action
  readonly kind: ActionKind
  /** Resolves with the outcome, or with null when the action is to stay RUNNING on disk. Never rejects. */
  readonly ended: Promise<Outcome | null>
  readonly #options: RunOptions
  /** Made when the kind first asks for its signal: many never do, and making one costs more than a short run. */
  #controller: AbortController | null = null
  #aborted: AbortReason | null = null
  #timer: LongTimer | null = null
  #stuck: NodeJS.Timeout | null = null

  constructor (options: RunOptions, abortedWith: AbortReason | null = null) {
    this.#options = options
    this.action = options.action
    this.kind = options.kind
    if (abortedWith !== null) this.abort(abortedWith)
    this.ended = this.#run()
  }

  /** Tells the run to end. Only the first reason counts. */
  abort (reason: AbortReason): void {
    if (this.#aborted !== null) return
    this.#aborted = reason
    this.#stuck = setTimeout(this.#options.onStuck, this.#options.stuckAfterMs)
    this.#controller?.abort(reason)
  }

  get #signal (): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController()
      if (this.#aborted !== null) this.#controller.abort(this.#aborted)
    }
    return this.#controller.signal
  }

  async #run (): Promise<Outcome | null> {
    const { timeoutMs } = this.kind
    if (timeoutMs !== null) this.#timer = setLongTimer(() => { this.abort('timeout') }, timeoutMs)
    try {
      return this.#conclude({ returned: outcomeOf(await this.#call()) })
    } catch (error) {
      return this.#conclude({ threw: error })
    } finally {
      this.#timer?.clear()
      if (this.#stuck !== null) clearTimeout(this.#stuck)
    }
  }

  #call (): Promise<Outcome> {
    const { action, kind, args, resumed, log } = this.#options
    const signal = (): AbortSignal => this.#signal
    return kind.run({
      action,
      args,
      resumed,
      get signal () { return signal() },
      get log () { return log() },
      progress: payload => mayBeIgnored(this.#progress(payload)),
      sleep: ms => mayBeIgnored(sleep(ms, this.#signal))
    })
  }

  async #progress (payload: JsonValue): Promise<void> {
    const { progressLimit, record } = this.#options
    const signal = this.#signal
    signal.throwIfAborted()
    const bytes = Buffer.byteLength(JSON.stringify(payload) ?? 'null')
    if (bytes > progressLimit) throw new RangeError(`A progress payload may have ${progressLimit} bytes of JSON; this one has ${bytes}.`)
    await record(payload ?? null, signal)
    signal.throwIfAborted()
  }

  #conclude (ending: Ending): Outcome | null {
    const reason = this.#aborted
    if (reason === null) return 'returned' in ending ? ending.returned : failureOf(ending.threw)
    if (reason !== 'shutdown') return endedBy(reason, ending)
    // A run that was done when the agent was told to stop has done its work.
    if ('returned' in ending && ending.returned.state === 'DONE') return ending.returned
    return this.kind.onInterrupt === 'resume' ? null : endedBy('interrupted', ending)
  }
}
