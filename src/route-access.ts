import type { FastifyRequest } from 'fastify'
import type { Caller } from './domain/action.js'
import { callerOf, type Principal } from './domain/ports/access.js'
import type { RequestTrace } from './domain/ports/tracing.js'

/**
 * What a route asks of who sends a request, before the body is read: nothing, to be known (what may be done depends on
 * the request, and the route asks access itself), or a scope.
 */
export type RouteAccess = 'public' | 'known' | 'read' | 'cancel' | 'admin'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route says it: a server with one that does not say it refuses to start. */
    access?: RouteAccess
    /** For a protocol whose clients can send a token nowhere but in the URL: as `?token=`. */
    tokenInUrl?: boolean
  }

  interface FastifyRequest {
    /** Who sends it; null on public routes, where nobody was asked. */
    principal: Principal | null
    /** The trace that it belongs to; null where there is none. */
    trace: RequestTrace | null
    /** Its `routeOptions`, which Fastify puts together anew each time that they are asked for. */
    route: FastifyRequest['routeOptions']
  }
}

/** Who sends a request to a route that is not public. */
export function principalOf (request: Pick<FastifyRequest, 'principal'>): Principal {
  if (request.principal === null) throw new Error('a public route asked who sends the request')
  return request.principal
}

/** What an action records of who asks for it with a request to a route that is not public. */
export function requestCaller (request: Pick<FastifyRequest, 'principal' | 'trace' | 'id'>, protocol: string): Caller {
  const { id: requestId, trace } = request
  return Object.assign(callerOf(principalOf(request), protocol), { requestId, trace: trace?.context ?? null })
}
