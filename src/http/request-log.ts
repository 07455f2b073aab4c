import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import type { AnsweredRequest, Observer, TracedRequest } from '../domain/ports/observer.js'
import type { RequestTrace, Tracing } from '../domain/ports/tracing.js'
import { parseTraceContext, traceIdOf } from '../domain/trace-context.js'
import type { Exchanges } from './exchanges.js'
import { pathOf } from './path-of.js'
import type { Waits } from './waits.js'

const saneId = /^[\w.:-]{1,64}$/

/** The request's id: the caller's, where it gave a sane one in X-Request-Id, else a new one. */
export function requestId (request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && saneId.test(given) ? given : randomUUID()
}

interface LogParts {
  readonly log: FastifyBaseLogger
  readonly observer: Required<Observer>
  readonly exchanges: Exchanges
  readonly waits: Waits
  readonly tracing: Tracing
}

/** What machines ask all the time: no trace begins with it. */
const machinesAsk = new Set<string | undefined>(['/livez', '/readyz', '/metrics'])

/**
 * Puts the request's id into every answer, finds the trace that it belongs to, and tells the log and the observer of
 * it. Reads are logged at debug, since they are polled, but not what is refused for who asks. Routes stand in for URLs:
 * a query string is never written anywhere.
 */
export function installRequestLog (app: FastifyInstance, { log, observer, exchanges, waits, tracing }: LogParts): void {
  app.decorateRequest('trace', null)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    request.trace = machinesAsk.has(request.route.url) ? null : traceOf(request, tracing)
    // Not the hook onResponse: it stays out when the client goes away first.
    exchanges.whenOver(reply, () => {
      const route = request.route.url ?? 'unknown'
      const { method, trace } = request
      const { elapsedTime: ms } = reply
      const status = exchanges.statusOf(reply)
      const held = waits.held(reply)
      const traced = trace?.own === true ? { traced: tracedRequest(request, trace) } : {}
      observer.request({ method, route, status, ms, held, ...traced })
      const isRead = method === 'GET' || method === 'HEAD'
      const level = isRead && status !== 401 && status !== 403 ? 'debug' : 'info'
      log[level](fieldsOf(request, { route, status, ms, held, abandoned: !reply.raw.writableFinished }), 'request')
    })
    done()
  })
}

function traceOf ({ headers }: FastifyRequest, tracing: Tracing): RequestTrace | null {
  const { traceparent, tracestate } = headers
  // Node joins what is there several times: of `tracestate` that is one list, and of `traceparent` nothing valid.
  return tracing.begin(parseTraceContext(headerText(traceparent), headerText(tracestate)))
}

function headerText (header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join() : header
}

function tracedRequest (request: FastifyRequest, trace: RequestTrace): TracedRequest {
  const { id, ip: remoteAddress, protocol: scheme, route, url } = request
  return { id, trace, scheme, remoteAddress, path: route.url === undefined ? null : pathOf(url) }
}

/** How a request ended. */
interface Ending extends Pick<AnsweredRequest, 'route' | 'status' | 'ms' | 'held'> {
  /** The client left before it had the whole answer. */
  readonly abandoned: boolean
}

interface Fields {
  readonly request: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly ms: number
  readonly principal: string | undefined
  readonly remote: string
  trace?: string
  held?: true
  abandoned?: true
}

function fieldsOf (request: FastifyRequest, { route, status, ms, held, abandoned }: Ending): Fields {
  const { id, method, principal, ip: remote, trace } = request
  const rounded = Math.round(ms * 10) / 10
  const fields: Fields = { request: id, method, route, status, ms: rounded, principal: principal?.name, remote }
  if (trace !== null) fields.trace = traceIdOf(trace.context.traceparent)
  if (held) fields.held = held
  if (abandoned) fields.abandoned = abandoned
  return fields
}
