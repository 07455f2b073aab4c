import type { FastifyInstance } from 'fastify'
import type { Scheduler } from '../../../domain/ports/scheduler.js'
import { examples } from '../examples.js'
import { listFinished, listLimit, listQueue } from '../lists.js'
import type { ListSource } from '../lists.js'
import { wireExecution, wireListItem } from '../models.js'
import { responses } from '../responses.js'
import { executionSchema, listSchema } from '../schemas.js'

interface Deps {
  readonly scheduler: Scheduler
  readonly listed: ListSource['listed']
}

/** Declares the lists and the single action. */
export function actionRoutes (scope: FastifyInstance, { scheduler, listed }: Deps): void {
  const config = { access: 'read' } as const
  scope.get('/actions/finished', { config, schema: listFinishedActions }, async () => {
    return { actions: (await listFinished({ scheduler, listed })).map(wireListItem) }
  })
  scope.get('/actions/queue', { config, schema: listQueuedActions }, async () => {
    return { actions: (await listQueue({ scheduler, listed })).map(wireListItem) }
  })
  scope.get<{ Params: { id: string } }>('/action/:id', { config, schema: getAction }, async ({ params: { id } }, reply) => {
    const action = scheduler.find(id)
    return action === null ? await reply.code(404).send() : wireExecution(action)
  })
}

const tags = ['actions']

const listFinishedActions = {
  operationId: 'listFinishedActions',
  summary: 'Finished actions',
  description: `The newest ${listLimit}, in the order of scheduling.`,
  tags,
  response: responses({ schema: listSchema, description: 'The oldest of them first.', example: examples.finished })
}

const listQueuedActions = {
  operationId: 'listQueuedActions',
  summary: 'Running and waiting actions',
  description: `At most ${listLimit}, together in the order of scheduling. What runs is always among them.`,
  tags,
  response: responses({ schema: listSchema, description: 'The oldest first.', example: examples.queue })
}

const getAction = {
  operationId: 'getAction',
  summary: 'An action',
  description: 'An action of whatever protocol.',
  tags,
  params: {
    type: 'object', properties: { id: { type: 'string', description: 'UUID of the action.' } }, required: ['id']
  },
  response: {
    ...responses({ schema: executionSchema, description: 'The action.', example: examples.execution }, [400]),
    // Fastify and OpenAPI both read this as: no body.
    404: { type: 'null', description: 'There is no such action. This answer has no body.' }
  }
}
