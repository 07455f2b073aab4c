import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import { messageOf } from '../../domain/failure.js'
import { readHeadersFile } from './headers-file.js'

/** How a collector is reached. */
export interface CollectorOptions {
  /** The URL before `/v1/traces`. */
  readonly endpoint: string
  /** A file with headers for it, read anew for each batch; null: none. */
  readonly headersFile: string | null
  /** The agent's version. */
  readonly version: string
  /** How long a batch is sent again and again, and how long an answer is waited for. */
  readonly timeoutMs: number
  /** Batches that may be under way at once. */
  readonly concurrency: number
  /** Hears how many spans the collector has taken (`trouble` is null), or has not. */
  readonly heard: (spans: { readonly count: number, readonly trouble: string | null }) => void
}

/** A collector of traces, as the span processors of OpenTelemetry send to it. */
export interface Collector extends Required<SpanExporter> {
  /** Ends the connections, and so what hangs on them. */
  cut (): void
}

type Headers = Record<string, string>
type Result = Parameters<Parameters<SpanExporter['export']>[1]>[0]
type ExporterConfig = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>

/** `ExportResultCode` of @opentelemetry/core, which is part of the interface of exporters. */
const succeeded = 0
const failed = 1

/**
 * The exporter of OpenTelemetry for OTLP over HTTP, which never throws and says each time what became of the spans, in
 * words that have nothing of what the headers file or the collector says. Opens nothing before there is a span.
 */
export function openCollector (options: CollectorOptions): Collector {
  const { endpoint, headersFile, timeoutMs, heard } = options
  const Agent = new URL(endpoint).protocol === 'https:' ? HttpsAgent : HttpAgent
  // The exporter's own limit of time begins with the connection; that of the agent holds while it is made, too.
  const agent = new Agent({ keepAlive: true, timeout: timeoutMs })
  let headers: Headers = {}
  const exporter = createExporter(options, { agent, headers: async () => headers })

  return {
    export (spans, told) {
      // The exporter waits as long as something comes, be it a byte at a time.
      const limit = setTimeout(() => { agent.destroy() }, 2 * timeoutMs).unref()
      const end = (result: Result): void => {
        clearTimeout(limit)
        heard({ count: spans.length, trouble: result.code === succeeded ? null : reasonOf(result.error) })
        told(result)
      }
      try {
        if (headersFile !== null) headers = readHeadersFile(headersFile)
        exporter.export(spans, end)
      } catch (error) {
        end({ code: failed, error: error as Error })
      }
    },
    forceFlush: async () => { await exporter.forceFlush() },
    shutdown: async () => { await exporter.shutdown() },
    cut () { agent.destroy() }
  }
}

/** Every option is given: for each that is not, the exporter would read a variable `OTEL_*`. */
function createExporter (
  { endpoint, version, timeoutMs, concurrency }: CollectorOptions,
  { agent, headers }: { agent: HttpAgent | HttpsAgent, headers: () => Promise<Headers> }
): OTLPTraceExporter {
  return new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers,
    timeoutMillis: timeoutMs,
    concurrencyLimit: concurrency,
    compression: 'none' as NonNullable<ExporterConfig['compression']>,
    httpAgentOptions: () => agent,
    userAgent: `steward/${version}`
  })
}

/** An answer of the collector has its status as `code`, and its own words as message; a failure of Node, a name. */
function reasonOf (error: Error | undefined): string {
  const code = error !== undefined && 'code' in error ? error.code : undefined
  if (typeof code === 'number') return `it answers ${code}`
  // Where a name has several addresses and none of them answers, Node says nothing but the code.
  return (error === undefined ? '' : messageOf(error)) || String(code ?? 'it does not say why')
}
