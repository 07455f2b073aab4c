import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../domain/problem.js'
import { allowedMethods, type RouteList } from './route-list.js'
import { sendProblem, shorten } from './problem.js'

interface ErrorOptions {
  readonly bodyLimit: number
  readonly routes: RouteList
}

/** Makes every failure of our own routes an answer of RFC 9457. Protocols set handlers of their own in their scopes. */
export function installErrors (app: FastifyInstance, options: ErrorOptions): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = problemOf(error, { request, bodyLimit: options.bodyLimit })
    if (problem.category === 'internal') request.log.error({ err: error }, 'a request failed')
    return sendProblem(reply, problem)
  })
  app.setNotFoundHandler((request, reply) => sendProblem(reply, notFound({ request, reply, routes: options.routes })))
}

/** Answers a request whose URL cannot be read: it reaches no route, and so no handler of a scope. */
export function answerBadUrl (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const errors = [{ pointer: '', detail: 'the path is not a valid URL path' }]
  sendProblem(reply.header('x-request-id', request.id), new Problem('invalid-request', { errors, cause: error }))
}

interface ErrorContext {
  readonly request: FastifyRequest
  readonly bodyLimit: number
}

/** What a thrown value is to the caller: what is neither a `Problem` nor the framework's refusal is internal. */
function problemOf (error: unknown, context: ErrorContext): Problem {
  if (error instanceof Problem) return error
  const { code, statusCode, message } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Problem('body-too-large', { params: { limit: context.bodyLimit } })
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new Problem('unsupported-media-type')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem('invalid-request', { errors: [{ pointer: '', detail: message ?? 'is not valid' }], cause: error })
  }
  return new Problem('internal', { params: { request: context.request.id }, cause: error })
}

interface Missing {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly routes: RouteList
}

function notFound ({ request, reply, routes }: Missing): Problem {
  const path = shorten(pathOf(request.url))
  const allowed = allowedMethods(routes, pathOf(request.url))
  if (allowed.length === 0) return new Problem('unknown-path', { params: { path } })
  reply.header('allow', allowed.join(', '))
  return new Problem('method-not-allowed', { params: { path, method: request.method, allowed: allowed.join(', ') } })
}

/** The URL without its query string, which may hold what nobody is to read. */
function pathOf (url: string): string {
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}
