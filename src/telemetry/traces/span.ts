import { randomFillSync } from 'node:crypto'
import type { Instant } from '../../domain/clock.js'
import { partsOf, type TraceContext } from '../../domain/trace-context.js'

/** What a span says of itself. Names follow the semantic conventions of OpenTelemetry where these have one. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** A stretch of time in a trace, over and ready to be sent. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  /** Null where the trace begins with it. */
  readonly parentSpanId: string | null
  /** Whether the parent is a span of another program. */
  readonly parentIsRemote: boolean
  readonly tracestate: string | null
  readonly name: string
  readonly kind: 'internal' | 'server'
  readonly start: Instant
  readonly end: Instant
  readonly attributes: Attributes
  /** What went wrong, in a sentence that may be empty; null when nothing did. */
  readonly error: string | null
}

/** What is said of a span that lies below another one. */
export type Below = Pick<Span, 'name' | 'start' | 'end' | 'attributes'> & Partial<Pick<Span, 'spanId' | 'error' | 'kind'>>

/** A span below one of this program, unless `kind` is `server`. (With spreads it would take ten times as long.) */
export function spanBelow (parent: TraceContext, said: Below): Span {
  const { name, start, end, attributes, spanId = newSpanId(), error = null, kind = 'internal' } = said
  const { traceId, spanId: parentSpanId } = partsOf(parent)
  return {
    traceId,
    spanId,
    parentSpanId,
    parentIsRemote: kind === 'server',
    tracestate: parent.tracestate,
    name,
    kind,
    start,
    end,
    attributes,
    error
  }
}

/** A new id of a span. */
export function newSpanId (): string {
  return randomHex(8)
}

/** A new id of a trace. */
export function newTraceId (): string {
  return randomHex(16)
}

/** Random bytes in store: to ask for a few at a time takes ten times as long. */
const pool = Buffer.alloc(4096)
let used = pool.length

function randomHex (bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}

/**
 * The id of the span of an action's first run. Made of the action's UUID, both halves in one, so that the next agent
 * can tell of a run whose agent has died: what that reported is below this span, and may have been sent long ago.
 */
export function firstRunSpanId (actionId: string): string {
  const digits = actionId.replaceAll('-', '')
  const part = (at: number): string => {
    const both = parseInt(digits.slice(at, at + 8), 16) ^ parseInt(digits.slice(at + 16, at + 24), 16)
    return (both >>> 0).toString(16).padStart(8, '0')
  }
  const id = part(0) + part(8)
  // A UUID of equal halves, which nobody has by chance: zero is no id.
  return /^0+$/.test(id) ? digits.slice(0, 15) + '1' : id
}
