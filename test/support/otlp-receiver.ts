import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Teardown } from './engine.js'

/** A span as OTLP's JSON writes it, with its attributes as an object. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly traceState?: string
  readonly flags: number
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number, readonly message?: string }
  readonly attributes: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, unknown>>
}

/** How a collector answers. */
export interface CollectorAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A request to a collector. */
export interface CollectorRequest {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A collector that keeps what it is sent. */
export interface OtlpReceiver {
  /** For `traces.endpoint`. */
  readonly url: string
  /** The spans that it has taken. */
  readonly spans: () => readonly ReceivedSpan[]
  /** What it was sent, taken or not. */
  readonly requests: readonly CollectorRequest[]
  /** Lets it answer in another way; null: not at all. */
  answer: (make: () => CollectorAnswer | null) => void
}

interface Encoded {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

type EncodedSpan = Omit<ReceivedSpan, 'attributes' | 'resource'> & { readonly attributes: readonly Encoded[] }

interface Export {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: readonly Encoded[] }
    readonly scopeSpans: ReadonlyArray<{ readonly spans: readonly EncodedSpan[] }>
  }>
}

const taken: CollectorAnswer = {
  status: 200, headers: { 'content-type': 'application/json' }, body: '{"partialSuccess":{}}'
}

/** Starts a collector of OTLP over HTTP, closed at the end of the test. */
export async function startOtlpReceiver (t: Teardown): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const requests: CollectorRequest[] = []
  let make = (): CollectorAnswer | null => taken
  const server: Server = createServer((request, response) => {
    text(request).then(body => {
      requests.push({ url: request.url ?? '', headers: request.headers, body })
      const answer = make()
      if (answer === null) return
      if (answer.status === 200) spans.push(...spansIn(JSON.parse(body) as Export))
      response.writeHead(answer.status, answer.headers).end(answer.body)
    }, () => {})
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(async () => {
    server.closeAllConnections()
    await new Promise(resolve => { server.close(resolve) })
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, spans: () => [...spans], requests, answer: next => { make = next } }
}

function spansIn ({ resourceSpans }: Export): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(span => {
    return { ...span, attributes: objectOf(span.attributes), resource: objectOf(resource.attributes) }
  })))
}

function objectOf (attributes: readonly Encoded[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
