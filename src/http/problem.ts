import type { FastifyReply } from 'fastify'
import { shorten } from '../domain/json.js'
import { pointerLength, Problem, type ProblemCategory, type Violation } from '../domain/problem.js'
import { statusOf } from '../http-status.js'

/** The media type of RFC 9457. */
export const problemType = 'application/problem+json'

/** What a caller gets to read of a problem: RFC 9457, with `errors` for the places in the request that are wrong. */
export interface ProblemDetails {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly errors?: readonly Violation[]
}

/** Seconds after which to try again, for categories that pass by themselves, when the problem does not say. */
const retryAfter: Partial<Record<ProblemCategory, number>> = { busy: 1, unavailable: 5 }

/** The body of an answer that says what went wrong. */
export function problemDetails (problem: Problem, requestId: string): ProblemDetails {
  return {
    type: `/problems/${problem.code}`,
    title: problem.title,
    status: statusOf[problem.category],
    detail: problem.message,
    instance: `urn:steward:request:${requestId}`,
    ...(problem.errors.length > 0 ? { errors: problem.errors.map(bounded) } : {})
  }
}

function bounded ({ pointer, detail }: Violation): Violation {
  return { pointer: shorten(pointer, pointerLength), detail }
}

/**
 * Answers with a problem. The body goes out as it is: no route's response schema may change it. `members` are the
 * problem's own beside those that all have (RFC 9457, section 3.2).
 */
export function sendProblem (reply: FastifyReply, problem: Problem, members: object = {}): FastifyReply {
  const seconds = problem.retryAfterSeconds ?? retryAfter[problem.category]
  if (seconds !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(seconds)))
  if (problem.category === 'unauthenticated') reply.header('www-authenticate', 'Bearer')
  return reply
    .code(statusOf[problem.category])
    .header('cache-control', 'no-store')
    .type(problemType)
    .send(JSON.stringify({ ...problemDetails(problem, reply.request.id), ...members }))
}
