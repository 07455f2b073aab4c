import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { asProblem, describeViolation } from '../../domain/problem.js'
import type { Problem, ProblemCategory } from '../../domain/problem.js'
import { statusOf } from '../../http-status.js'

/** Seconds after which to try again, for categories that pass by themselves, where the problem does not say. */
const retryAfterSeconds: Partial<Record<ProblemCategory, number>> = { busy: 5, unavailable: 5 }

/** The error handler of the dialect's scope: answers `{"error_msg"}`, and logs what the caller must not see. */
export function handleError (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = asProblem(error, { id: request.id, bodyLimit: request.routeOptions.bodyLimit })
  const status = statusOf[problem.category]
  if (problem.category === 'internal') request.log.error({ err: error }, 'request failed')
  const seconds = problem.retryAfterSeconds ?? retryAfterSeconds[problem.category]
  if (seconds !== undefined) reply.header('retry-after', String(seconds))
  reply.code(status).type('application/json; charset=utf-8').send({ error_msg: sentenceOf(problem) })
}

/** All that this dialect can say of a problem is one text, so it holds every place that is wrong. */
function sentenceOf ({ code, errors, message, title }: Problem): string {
  // The id alone decides here: the catalogue's sentence speaks of other content.
  if (code === 'action-exists') return 'An action with this id exists already.'
  return errors.length === 0 ? message : `${title}: ${errors.map(describeViolation).join('; ')}.`
}
