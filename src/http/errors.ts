import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { shorten } from '../domain/json.js'
import { asProblem, Problem } from '../domain/problem.js'
import { allowedMethods, type RouteList } from './route-list.js'
import { pathOf } from './path-of.js'
import { sendProblem } from './problem.js'
import { requireReadable } from './unreadable-url.js'

interface ErrorOptions {
  readonly bodyLimit: number
  readonly routes: RouteList
}

/** Throws what is wrong with a request that no route takes. */
export type RefuseMissing = (request: FastifyRequest, reply: FastifyReply) => never

/**
 * Makes every failure of our own routes an answer of RFC 9457; protocols set error handlers of their own in their
 * scopes. What no route takes is refused before its body is looked at, and is a failure like any other. Returns what
 * refuses it: the not-found handler of every scope that has an error handler.
 */
export function installErrors (app: FastifyInstance, { bodyLimit, routes }: ErrorOptions): RefuseMissing {
  const refuse: RefuseMissing = (request, reply) => { throw notFound({ request, reply, routes }) }
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = asProblem(error, { id: request.id, bodyLimit })
    if (problem.category === 'internal') request.log.error({ err: error }, 'a request failed')
    return sendProblem(reply, problem)
  })
  app.addHook('onRequest', (request, reply, done) => {
    requireReadable(request)
    if (request.is404) refuse(request, reply)
    done()
  })
  // For routes that find nothing themselves, such as the one for the assets of the UI.
  app.setNotFoundHandler(refuse)
  return refuse
}

interface Missing {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly routes: RouteList
}

function notFound ({ request, reply, routes }: Missing): Problem {
  const { method } = request
  const path = pathOf(request.url)
  const allowed = allowedMethods(routes, path)
  if (allowed.length === 0 || allowed.includes(method)) return new Problem('unknown-path', { params: { path: shorten(path) } })
  reply.header('allow', allowed.join(', '))
  return new Problem('method-not-allowed', { params: { path: shorten(path), method, allowed: allowed.join(', ') } })
}
