import { Problem, problems, type ProblemCategory, type ProblemCode } from '../../domain/problem.js'
import { statusOf } from '../../http-status.js'
import { problemDetails, problemType } from '../problem.js'
import { nodeSchema } from './info.js'

/** The body of every answer that says what went wrong (RFC 9457). */
export const problemSchema = {
  $id: 'Problem',
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance'],
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Where the problem is explained. Stable: programs may branch on it.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What went wrong this time.' },
    instance: { type: 'string', format: 'uri-reference', description: 'Names the request; the agent\'s log has it.' },
    errors: {
      type: 'array',
      description: 'The places in the request that are wrong.',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the body, or the name of a parameter after a slash.' },
          detail: { type: 'string' }
        }
      }
    },
    node: { ...nodeSchema, description: 'Of `datastore-unavailable`, where the datastore was asked for: how its node is, and why.' }
  }
}

/** The problems that any route may answer with. */
const everywhere: readonly ProblemCode[] = ['unauthenticated', 'too-many-logins', 'host-refused', 'origin-refused', 'forbidden', 'internal', 'shutting-down']

/** The problems that any route with a body may answer with. */
export const bodyProblems: readonly ProblemCode[] = [
  'malformed-json', 'unsafe-json', 'invalid-request', 'body-too-large', 'unsupported-media-type'
]

/** The responses of an operation for these problems and those that any route may have, by status. */
export function problemResponses (codes: readonly ProblemCode[]): Record<number, object> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of [...codes, ...everywhere]) {
    const category: ProblemCategory = problems[code].category
    byStatus.set(statusOf[category], [...byStatus.get(statusOf[category]) ?? [], code])
  }
  return Object.fromEntries([...byStatus].sort(([a], [b]) => a - b).map(([status, those]) => [status, response(those)]))
}

function response (codes: readonly ProblemCode[]): object {
  return {
    description: codes.map(code => `\`${code}\`: ${problems[code].title}.`).join(' '),
    content: {
      [problemType]: {
        schema: { $ref: 'Problem#' },
        examples: Object.fromEntries(codes.map(code => [code, { value: exampleOf(code) }]))
      }
    }
  }
}

/** Parameters for the examples of every problem. */
const exampleParams = {
  reason: 'the reason is told here',
  kind: 'example/unknown',
  id: '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11',
  header: 'Idempotency-Key',
  host: 'agent.example',
  origin: 'https://elsewhere.example',
  principal: 'local',
  operation: 'schedule',
  path: '/nothing',
  method: 'DELETE',
  allowed: 'GET, HEAD',
  state: 'DONE',
  limit: 1048576,
  what: 'waits',
  request: 'e3c0a4ce-7a4c-4c6c-9f5f-6dfb3b8c7e11'
}

function exampleOf (code: ProblemCode): object {
  const withErrors = ['unsafe-json', 'invalid-request', 'invalid-args'].includes(code)
  const errors = withErrors ? [{ pointer: '/args/count', detail: 'must be integer' }] : []
  return problemDetails(new Problem(code, { params: exampleParams, errors }), exampleParams.request)
}
