import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { asProblem, describeViolation } from '../../domain/problem.js'
import type { Problem, ProblemCategory, ProblemCode } from '../../domain/problem.js'

/** The body of every error of this dialect. The real client needs `error` and `layers`. */
interface ErrorBody {
  readonly error: string
  /** What is below the error, outermost first. */
  readonly layers: readonly string[]
  readonly trace: string | null
  readonly variant: string | null
  /** Only of refused arguments: `InvalidArgs`. */
  readonly kind?: string
}

/** How each category of trouble is said in this dialect. */
export const statusOf = {
  invalid: { status: 400, variant: 'InvalidRequest' },
  unauthenticated: { status: 401, variant: 'Unauthenticated' },
  forbidden: { status: 403, variant: 'Forbidden' },
  missing: { status: 404, variant: 'NotFound' },
  method: { status: 405, variant: 'MethodNotAllowed' },
  conflict: { status: 409, variant: 'Conflict' },
  gone: { status: 410, variant: 'Gone' },
  'too-large': { status: 413, variant: 'BodyTooLarge' },
  unsupported: { status: 415, variant: 'UnsupportedMediaType' },
  busy: { status: 429, variant: 'QueueFull' },
  full: { status: 507, variant: 'StoreFull' },
  unavailable: { status: 503, variant: 'Unavailable' },
  internal: { status: 500, variant: 'Internal' }
} as const satisfies Record<ProblemCategory, { status: number, variant: string }>

/** Problems that this dialect has a word of its own for. The client branches on `ActionAlreadyExists`. */
const variantOf: Partial<Record<ProblemCode, string>> = {
  'action-exists': 'ActionAlreadyExists',
  'actions-disabled': 'ActionsDisabled',
  'datastore-unavailable': 'DatastoreUnavailable',
  'invalid-args': 'InvalidArgs',
  'shutting-down': 'ShuttingDown',
  'unknown-action': 'ActionNotFound',
  'unknown-kind': 'ActionNotAvailable',
  'unsafe-json': 'ActionEncode'
}

/** Seconds after which to try again, where the problem does not say. */
const retryAfterSeconds = 5

/** The error handler of the dialect's scope: answers with an `ErrorBody`, and logs what the caller must not see. */
export function handleError (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = asProblem(error, { id: request.id, bodyLimit: request.routeOptions.bodyLimit })
  const { status } = statusOf[problem.category]
  if (problem.category === 'internal') request.log.error({ err: error }, 'request failed')
  if (status === 429 || status === 503) {
    reply.header('retry-after', String(problem.retryAfterSeconds ?? retryAfterSeconds))
  }
  reply.code(status).type('application/json; charset=utf-8').send(errorBody(problem))
}

/** A problem in the dialect's words. */
function errorBody (problem: Problem): ErrorBody {
  const { code, category } = problem
  return {
    error: sentenceOf(problem),
    layers: problem.errors.map(describeViolation),
    trace: null,
    variant: variantOf[code] ?? statusOf[category].variant,
    ...(code === 'invalid-args' ? { kind: 'InvalidArgs' } : {})
  }
}

function sentenceOf ({ code, errors, message, title }: Problem): string {
  // Here the id alone decides, whatever the content: the catalogue's sentence would say too much.
  if (code === 'action-exists') return 'an action with this id exists already'
  if (errors.length === 0) return code === 'invalid-args' ? `invalid action arguments: ${message}` : message
  return `${code === 'invalid-args' ? 'invalid action arguments' : title}: ${errors.map(describeViolation).join('; ')}`
}
