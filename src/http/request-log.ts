import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Observer } from '../domain/ports/observer.js'
import type { Exchanges } from './exchanges.js'
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
}

/**
 * Puts the request's id into every answer, and tells the log and the observer of it. Reads are logged at debug, since
 * they are polled, but not what is refused for who asks. Routes stand in for URLs: a query string is never written
 * anywhere.
 */
export function installRequestLog (app: FastifyInstance, { log, observer, exchanges, waits }: LogParts): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    // Not the hook onResponse: it stays out when the client goes away first.
    exchanges.whenOver(reply, () => {
      const route = request.routeOptions.url ?? 'unknown'
      const { method } = request
      const { elapsedTime: ms } = reply
      const status = exchanges.statusOf(reply)
      const held = waits.held(reply)
      observer.request({ method, route, status, ms, held })
      const isRead = method === 'GET' || method === 'HEAD'
      const level = isRead && status !== 401 && status !== 403 ? 'debug' : 'info'
      const caller = { principal: request.principal?.name, remote: request.ip }
      const marks = { ...caller, ...held ? { held } : {}, ...reply.raw.writableFinished ? {} : { abandoned: true } }
      const rounded = Math.round(ms * 10) / 10
      log[level]({ request: request.id, method, route, status, ms: rounded, ...marks }, 'request')
    })
    done()
  })
}
