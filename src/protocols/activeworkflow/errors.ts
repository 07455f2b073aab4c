import type { FastifyReply, FastifyRequest } from 'fastify'
import { asProblem, describeViolation, type Problem } from '../../domain/problem.js'
import { statusOf } from '../../http-status.js'
import { makeResult } from './result.js'

/** Seconds after which to try again, where the problem does not say. */
const retryAfterSeconds = 5

/**
 * The error handler of the protocol's scope. ActiveWorkflow looks at no status, other callers do. An answer without
 * `result` has failed for it, and it tries again, up to four times within some minutes; where the same bytes would be
 * refused each time, the agent's log is told instead.
 */
export function handleError (error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = asProblem(error, { id: request.id, bodyLimit: request.routeOptions.bodyLimit })
  const sentence = sentenceOf(problem)
  if (problem.category === 'internal') request.log.error({ err: error }, 'request failed')
  // The caller's own log says nothing but that there was no result.
  else request.log.warn({ reason: sentence }, 'call refused')
  const status = statusOf[problem.category]
  if (status === 429 || status === 503) reply.header('retry-after', String(problem.retryAfterSeconds ?? retryAfterSeconds))
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
