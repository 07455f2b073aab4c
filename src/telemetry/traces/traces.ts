import { hostname } from 'node:os'
import type { Clock } from '../../domain/clock.js'
import type { Logger } from '../../domain/log.js'
import type { Observer } from '../../domain/ports/observer.js'
import type { Tracing } from '../../domain/ports/tracing.js'
import { createActionSpans } from './action-spans.js'
import { Exporter, type ExporterLimits } from './exporter.js'
import { createRequestSpans, createTracing } from './request-spans.js'

/** What traces are made with. */
export interface TracesOptions {
  /** Where they go; see the settings below `traces`. */
  readonly endpoint: string
  readonly headersFile: string | null
  readonly serviceName: string
  /** Of the traces that begin here, the part that is recorded: 0 to 1. */
  readonly sampleRatio: number
  /** The agent's version. */
  readonly version: string
  readonly clock: Clock
  readonly log: Logger
  /** Hears what becomes of the spans. */
  readonly observer: Pick<Observer, 'spans'>
  readonly limits?: Partial<ExporterLimits>
}

/** Recorded traces. */
export interface Traces {
  readonly tracing: Tracing
  /** What components tell goes in here. */
  readonly observer: Observer
  /** Ends the spans of what still runs and sends what there is, within the limit. May be called twice. */
  stop (limitMs: number): Promise<void>
}

/** Records what the agent does as spans and sends them by OTLP over HTTP. Opens nothing before there is a span. */
export function createTraces (options: TracesOptions): Traces {
  const { endpoint, headersFile, serviceName, sampleRatio, version, clock, log, observer, limits = {} } = options
  const resource = { 'service.name': serviceName, 'service.version': version, 'host.name': hostname() }
  const collector = { endpoint, headersFile }
  const exporter = new Exporter({ collector, origin: { resource, version }, log, observer, limits })
  const record: Exporter['add'] = span => { exporter.add(span) }
  const { committed, interrupted, resumed, end } = createActionSpans({ clock, record })
  return {
    tracing: createTracing(sampleRatio),
    observer: { committed, interrupted, resumed, request: createRequestSpans({ clock, record }) },
    async stop (limitMs) {
      end()
      await exporter.stop(limitMs)
    }
  }
}
