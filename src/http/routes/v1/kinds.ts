import type { FastifyInstance } from 'fastify'
import { shorten } from '../../../domain/json.js'
import type { KindDescription, Scheduler } from '../../../domain/ports/scheduler.js'
import { Problem } from '../../../domain/problem.js'
import { examples } from '../../schemas/examples.js'
import { problemResponses } from '../../schemas/problem.js'
import { jsonResponse } from '../../schemas/shared.js'

interface Deps {
  readonly scheduler: Scheduler
}

/** `/kinds` and `/kinds/{kind}`: what the agent can do, with the schema of each kind's arguments. */
export function kindRoutes (app: FastifyInstance, { scheduler }: Deps): void {
  const config = { access: 'read' } as const

  app.get('/kinds', { schema: listOperation, config }, async () => ({ kinds: scheduler.kinds().map(kindView) }))

  // Kinds hold slashes, so the route takes the rest of the path; the document shows it as {kind}.
  app.get<{ Params: { '*': string } }>('/kinds/*', { schema: getOperation, config }, async request => {
    const name = request.params['*']
    const found = scheduler.kinds().find(({ kind }) => kind === name)
    if (found === undefined) throw new Problem('no-such-kind', { params: { kind: shorten(name) } })
    return kindView(found)
  })
}

function kindView ({ timeoutMs, onInterrupt, ...fields }: KindDescription): object {
  return { ...fields, timeout_ms: timeoutMs, on_interrupt: onInterrupt }
}

const listOperation = {
  operationId: 'listKinds',
  summary: 'The kinds of actions',
  description: 'Every kind that can be scheduled, with the JSON Schema of its arguments.',
  tags: ['kinds'],
  response: {
    200: jsonResponse({ description: 'The kinds.', schema: 'Kinds', example: { kinds: [examples.kind] } }),
    ...problemResponses([])
  }
}

const getOperation = {
  operationId: 'getKind',
  summary: 'One kind of action',
  description: 'The slashes of a kind may be sent as they are or percent-encoded.',
  tags: ['kinds'],
  params: {
    type: 'object',
    required: ['*'],
    properties: { '*': { type: 'string', description: 'The name of the kind.', examples: ['sqlite.steward/checkpoint'] } }
  },
  response: {
    200: jsonResponse({ description: 'The kind.', schema: 'Kind', example: examples.kind }),
    ...problemResponses(['invalid-request', 'no-such-kind'])
  }
}
