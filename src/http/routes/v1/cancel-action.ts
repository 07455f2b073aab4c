import type { FastifyInstance } from 'fastify'
import type { Scheduler } from '../../../domain/ports/scheduler.js'
import { requestCaller } from '../../../route-access.js'
import { protocolName } from '../../protocol-name.js'
import { entityTag } from '../../etag.js'
import { actionView } from '../../json-views.js'
import { examples } from '../../schemas/examples.js'
import { bodyProblems, problemResponses } from '../../schemas/problem.js'
import { jsonResponse } from '../../schemas/shared.js'
import { requireNoContent } from '../../empty-body.js'

interface Deps {
  readonly scheduler: Scheduler
}

/** `POST /actions/{id}/cancel`: asks that an action end, durably. */
export function cancelRoute (app: FastifyInstance, { scheduler }: Deps): void {
  app.post<{ Params: { id: string } }>('/actions/:id/cancel', {
    schema: cancelOperation,
    config: { access: 'cancel' },
    preValidation: async request => requireNoContent(request.body)
  }, async (request, reply) => {
    const action = await scheduler.cancel(request.params.id, requestCaller(request, protocolName))
    return reply.code(202).header('etag', entityTag(action)).send(actionView(action))
  })
}

const cancelOperation = {
  operationId: 'cancelAction',
  summary: 'Cancel an action',
  description: 'A waiting action is FAILED at once, with the reason `cancelled`. A running one is told, and is FAILED when it has ' +
    'stopped; an outcome that it reached before wins. Repeating is harmless. Send the JSON content type; the body stays empty.',
  tags: ['actions'],
  params: { type: 'object', required: ['id'], properties: { id: { type: 'string', description: 'The id of the action.', examples: [examples.action.id] } } },
  response: {
    202: jsonResponse({ description: 'The wish is recorded.', schema: 'Action', example: examples.cancelledAction }),
    ...problemResponses([
      ...bodyProblems, 'invalid-id', 'unknown-action', 'action-finished', 'cancel-refused', 'store-full',
      'store-unavailable'
    ])
  }
}
