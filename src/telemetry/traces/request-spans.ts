import type { Clock } from '../../domain/clock.js'
import type { AnsweredRequest } from '../../domain/ports/observer.js'
import type { RequestTrace, Tracing } from '../../domain/ports/tracing.js'
import { isSampled, partsOf, withSpan } from '../../domain/trace-context.js'
import { newSpanId, newTraceId, spanBelow, type Attributes, type Span } from './span.js'

/**
 * Continues the traces of callers, whose decision whether to record counts, and begins one where there is none: `ratio`
 * of them are recorded, and the rest say that they are not, so that nobody further down decides otherwise.
 */
export function createTracing (ratio: number): Tracing {
  return {
    begin (caller): RequestTrace {
      if (caller === null) {
        const own = Math.random() < ratio
        const traceparent = `00-${newTraceId()}-${newSpanId()}-0${own ? 1 : 0}`
        return { context: { traceparent, tracestate: null }, own, parent: null }
      }
      if (!isSampled(caller.traceparent)) return { context: caller, own: false, parent: null }
      return { context: withSpan(caller, newSpanId()), own: true, parent: caller }
    }
  }
}

interface RequestSpansOptions {
  readonly clock: Clock
  readonly record: (span: Span) => void
}

/** Makes a span of each request that has one. The returned function is the `request` of an observer. */
export function createRequestSpans ({ clock, record }: RequestSpansOptions): (request: AnsweredRequest) => void {
  return request => {
    const { traced, method, route, status, ms } = request
    if (traced === undefined) return
    const { trace: { context, parent } } = traced
    const { traceId, spanId } = partsOf(context)
    // Whole milliseconds, rounded down, as all other times are: so that what it asked for does not begin before it.
    const start = Math.floor(clock.now() - ms)
    const name = traced.path === null ? method : `${method} ${route}`
    const said = { name, kind: 'server', start, end: start + ms, attributes: attributesOf(request), error: status >= 500 ? '' : null } as const
    record(parent === null
      ? { ...said, traceId, spanId, parentSpanId: null, parentIsRemote: false, tracestate: null }
      : spanBelow(parent, { ...said, spanId }))
  }
}

/** By the semantic conventions for HTTP (https://opentelemetry.io/docs/specs/semconv/http/http-spans/). */
function attributesOf ({ method, route, status, held, traced }: AnsweredRequest): Attributes {
  const { id = '', scheme = 'http', path = null, remoteAddress = '' } = traced ?? {}
  return {
    'http.request.method': method,
    'url.scheme': scheme,
    ...path === null ? {} : { 'http.route': route, 'url.path': path },
    'http.response.status_code': status,
    'client.address': remoteAddress,
    ...status >= 500 ? { 'error.type': String(status) } : {},
    'steward.request.id': id,
    ...held ? { 'steward.request.held': true } : {}
  }
}
