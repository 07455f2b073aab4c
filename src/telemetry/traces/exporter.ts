import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Logger } from '../../domain/log.js'
import type { Observer } from '../../domain/ports/observer.js'
import { sleep } from '../../timers.js'
import { openCollector, type Collector, type CollectorOptions } from './collector.js'
import { createReadable, type Origin } from './readable-span.js'
import type { Span } from './span.js'

/** What an exporter is made of. */
export interface ExporterOptions {
  readonly collector: Pick<CollectorOptions, 'endpoint' | 'headersFile'>
  readonly origin: Origin
  readonly log: Logger
  readonly observer: Pick<Observer, 'spans'>
  readonly limits?: Partial<ExporterLimits>
}

/** How much an exporter keeps, and how long it waits. Times are milliseconds. */
export interface ExporterLimits {
  /** Spans that are kept, those that are being sent among them. Beyond them the newest are dropped. */
  readonly kept: number
  /** Spans that are sent at once. */
  readonly batch: number
  /** From a span to its sending. */
  readonly delayMs: number
  /** For a batch, which is sent again meanwhile where that may help. */
  readonly timeoutMs: number
}

/** The five pauses between the attempts at a batch are 13 seconds together. */
const usual: ExporterLimits = { kept: 8192, batch: 512, delayMs: 1000, timeoutMs: 15_000 }

/**
 * Sends spans to a collector, in batches, with the span processor and the exporter of OpenTelemetry. It never holds
 * anybody up: what it cannot keep or send is dropped and counted, and of a trouble the log is told once, and once more
 * when it is over.
 */
export class Exporter {
  readonly #options: ExporterOptions
  readonly #limits: ExporterLimits
  readonly #collector: Collector
  readonly #processor: BatchSpanProcessor
  readonly #readable: ReturnType<typeof createReadable>
  /** Spans that are neither taken nor dropped. The processor does not tell of those for which it has no room. */
  #held = 0
  #ending: Promise<void> | null = null
  #inTrouble = false
  #dropped = 0

  constructor (options: ExporterOptions) {
    this.#options = options
    this.#limits = { ...usual, ...options.limits }
    const { kept, batch, delayMs, timeoutMs } = this.#limits
    this.#readable = createReadable(options.origin)
    this.#collector = openCollector({
      ...options.collector,
      version: options.origin.version,
      timeoutMs,
      // At the end all that is kept is sent at once, beside what is under way.
      concurrency: Math.ceil(kept / batch) + 2,
      heard: ({ count, trouble }) => { this.#settle(count, trouble) }
    })
    this.#processor = new BatchSpanProcessor(this.#collector, {
      maxQueueSize: kept,
      maxExportBatchSize: batch,
      scheduledDelayMillis: delayMs,
      exportTimeoutMillis: 2 * timeoutMs
    })
  }

  add (span: Span): void {
    if (this.#held >= this.#limits.kept || this.#ending !== null) {
      this.#drop(1)
      return
    }
    this.#held++
    this.#processor.onEnd(this.#readable(span))
  }

  /** Sends what there is, and returns within the limit. May be called twice. */
  async stop (limitMs: number): Promise<void> {
    this.#ending ??= this.#end(limitMs)
    await this.#ending
  }

  async #end (limitMs: number): Promise<void> {
    const limit = new AbortController()
    // The processor gives up with the first batch that fails; the collector knows of all.
    const sent = this.#processor.shutdown().catch(() => {}).then(async () => { await this.#collector.forceFlush() })
    await Promise.race([sent, sleep(limitMs, limit.signal).catch(() => {})])
    limit.abort()
    const left = this.#held
    this.#held = 0
    this.#drop(left)
    this.#collector.cut()
    if (this.#dropped > 0) this.#options.log.warn({ spans: this.#dropped }, 'spans could not be sent to the collector of traces')
    this.#dropped = 0
  }

  #settle (count: number, trouble: string | null): void {
    // After the end all have been counted.
    if (this.#held === 0) return
    this.#held -= count
    if (trouble === null) {
      this.#options.observer.spans?.({ fate: 'sent', count })
      this.#tellEndOfTrouble()
    } else {
      this.#drop(count)
      this.#tellTrouble(trouble)
    }
  }

  #drop (count: number): void {
    if (count === 0) return
    this.#dropped += count
    this.#options.observer.spans?.({ fate: 'dropped', count })
  }

  #tellTrouble (reason: string): void {
    if (this.#inTrouble) return
    this.#inTrouble = true
    const { collector: { endpoint }, log } = this.#options
    log.warn({ endpoint, reason }, 'the collector of traces does not take the spans')
  }

  #tellEndOfTrouble (): void {
    if (!this.#inTrouble) return
    this.#inTrouble = false
    const { collector: { endpoint }, log } = this.#options
    log.info({ endpoint, dropped: this.#dropped }, 'the collector of traces takes the spans again')
    this.#dropped = 0
  }
}
