import {
  createTraceState, SpanKind, SpanStatusCode, TraceFlags, type HrTime, type SpanContext, type SpanStatus
} from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { Attributes, Span } from './span.js'

/** What all spans of this process have in common. */
export interface Origin {
  /** Attributes of the resource, such as `service.name`. */
  readonly resource: Attributes
  /** The agent's version. */
  readonly version: string
}

const kinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER } as const

/** The returned function makes of a span what the exporters of OpenTelemetry read. */
export function createReadable ({ resource: attributes, version }: Origin): (span: Span) => ReadableSpan {
  const resource = resourceFromAttributes(attributes)
  const instrumentationScope = { name: 'steward', version }
  return span => {
    const context = contextOf(span)
    return {
      name: span.name,
      kind: kinds[span.kind],
      spanContext: () => context,
      ...parentOf(span),
      ...timesOf(span),
      ended: true,
      status: statusOf(span),
      attributes: span.attributes,
      links: [],
      events: [],
      resource,
      instrumentationScope,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0
    }
  }
}

/** All that is sent is sampled. */
function contextOf ({ traceId, spanId, tracestate }: Span): SpanContext {
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED }
  return tracestate === null ? context : { ...context, traceState: createTraceState(tracestate) }
}

function parentOf (span: Span): { parentSpanContext?: SpanContext } {
  const { traceId, parentSpanId: spanId, parentIsRemote: isRemote } = span
  return spanId === null ? {} : { parentSpanContext: { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote } }
}

function statusOf ({ error }: Span): SpanStatus {
  return error === null ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error }
}

function timesOf ({ start, end }: Span): Pick<ReadableSpan, 'startTime' | 'endTime' | 'duration'> {
  const last = Math.max(start, end)
  return { startTime: hrTime(start), endTime: hrTime(last), duration: hrTime(last - start) }
}

/** Milliseconds, whose fractions count to the microsecond, as seconds and nanoseconds. */
function hrTime (ms: number): HrTime {
  const microseconds = Math.round(ms * 1000)
  const seconds = Math.floor(microseconds / 1e6)
  return [seconds, (microseconds - seconds * 1e6) * 1000]
}
