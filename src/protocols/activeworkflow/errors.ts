import type { FastifyReply, FastifyRequest } from 'fastify'
import { asProblem, describeViolation, type Problem, type ProblemCategory } from '../../domain/problem.js'
import { makeResult } from './result.js'

/**
 * The status of each category of trouble. ActiveWorkflow looks at no status: an answer without `result` has failed for
 * it, and the call is repeated, up to four times within some minutes. Other callers look at it.
 */
const statusOf = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  method: 405,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  unsupported: 415,
  busy: 429,
  full: 507,
  unavailable: 503,
  internal: 500
} as const satisfies Record<ProblemCategory, number>

/** Seconds after which to try again, where the problem does not say. */
const retryAfterSeconds = 5

/**
 * The error handler of the protocol's scope. An answer without `result` makes the caller try again; where the same
 * bytes would be refused each time, the agent's log is told instead.
 */
export function handleError (error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = asProblem(error, { id: request.id, bodyLimit: request.routeOptions.bodyLimit })
  if (problem.category === 'internal') request.log.error({ err: error }, 'request failed')
  // The caller's own log says nothing but that there was no result.
  else request.log.warn({ reason: sentenceOf(problem) }, 'call refused')
  const status = statusOf[problem.category]
  if (status === 429 || status === 503) reply.header('retry-after', String(problem.retryAfterSeconds ?? retryAfterSeconds))
  const sentence = sentenceOf(problem)
  reply.code(status).type('application/json; charset=utf-8').send({
    error: sentence, ...isPermanent(problem) ? { result: makeResult({ errors: [sentence] }) } : {}
  })
}

/** Whether the caller would be refused however often it tried: then the agent's log has to say so. */
export function isPermanent ({ category }: Problem): boolean {
  return category === 'invalid' || category === 'conflict' || category === 'too-large'
}

const cameBefore = 'This message came before and said something else; with the option "dedupe": false each is scheduled.'

/** A problem in one sentence. */
export function sentenceOf ({ code, errors, message, title }: Problem): string {
  // The parser's own words repeat a part of the body, where credentials may be.
  if (code === 'malformed-json') return title
  if (code === 'action-exists') return `${message} ${cameBefore}`
  return errors.length === 0 ? message : `${title}: ${errors.map(describeViolation).join('; ')}`
}
