/**
 * A place in a distributed trace: what W3C Trace Context (https://www.w3.org/TR/trace-context-2/) passes from one
 * program to the next.
 */
export interface TraceContext {
  /** Trace, span and flags, as version 00 of the header `traceparent` writes them. */
  readonly traceparent: string
  /** What the tracing systems on the way have added, as it came; null when nothing did. */
  readonly tracestate: string | null
}

/** What a context is made of. */
export interface TraceParts {
  /** 32 digits, hexadecimal, in lower case. */
  readonly traceId: string
  /** The span that the context stands for: 16 digits, hexadecimal, in lower case. */
  readonly spanId: string
  /** Whether what belongs to the trace is to be recorded. */
  readonly sampled: boolean
}

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[\x21-\x2b\x2d-\x7e]*)?$/

/** The length of a header of version 00. Later versions begin with the same. */
const length = 55

/** The flags that are known: sampled, and that the trace's id is random. Others are to be sent as zero. */
const knownFlags = 0b11

/** So much is kept of `tracestate`: what the specification asks for at least. */
const stateLimit = 512

/**
 * The context in the two headers, each as Node gives it: several `tracestate` are one list, and so are several
 * `traceparent`, which are none. What is not valid counts as absent, which is what the specification asks for; it is
 * never an error.
 */
export function parseTraceContext (traceparent: string | undefined, tracestate?: string): TraceContext | null {
  if (traceparent === undefined) return null
  const [, version, traceId = '', spanId = '', flags = ''] = shape.exec(traceparent) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && traceparent.length !== length)) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  const known = (parseInt(flags, 16) & knownFlags).toString(16).padStart(2, '0')
  return { traceparent: `00-${traceId}-${spanId}-${known}`, tracestate: stateOf(tracestate) }
}

/** Keys as level 2 has them, which also holds those of level 1; a value does not end with a space. */
const member = /^([a-z0-9][a-z0-9_*/@-]{0,255})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/** The most members that a `tracestate` may have. */
const memberLimit = 32

/** The list, when it is valid and no longer than is kept; else null. A list of nothing but commas is none. */
function stateOf (text: string | undefined): string | null {
  if (text === undefined || text.length > stateLimit) return null
  const keys = new Set<string>()
  let members = 0
  for (const part of text.split(',')) {
    // White space around a member does not count, and a member may be empty.
    const trimmed = part.replace(/^[ \t]+|[ \t]+$/g, '')
    if (trimmed === '') continue
    const found = member.exec(trimmed)?.[1]
    if (found === undefined) return null
    keys.add(found)
    members++
  }
  return members > 0 && members === keys.size && members <= memberLimit ? text : null
}

/** Takes a context apart. */
export function partsOf ({ traceparent }: TraceContext): TraceParts {
  return {
    traceId: traceIdOf(traceparent),
    spanId: traceparent.slice(36, 52),
    sampled: isSampled(traceparent)
  }
}

/** The trace that a `traceparent` of version 00 belongs to. */
export function traceIdOf (traceparent: string): string {
  return traceparent.slice(3, 35)
}

/** Whether a `traceparent` of version 00 asks for what belongs to it to be recorded: the last bit of its flags. */
export function isSampled (traceparent: string): boolean {
  return (traceparent.charCodeAt(54) & 1) === 1
}

/** The context of another span in the same trace. */
export function withSpan ({ traceparent, tracestate }: TraceContext, spanId: string): TraceContext {
  return { traceparent: `${traceparent.slice(0, 36)}${spanId}${traceparent.slice(52)}`, tracestate }
}
