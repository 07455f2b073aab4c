import type { FastifyInstance } from 'fastify'
import type { Action } from '../../../domain/action.js'
import { beginning } from '../../../domain/json.js'
import type { Scheduler } from '../../../domain/ports/scheduler.js'
import { Problem } from '../../../domain/problem.js'
import { listFinished, listQueue } from '../lists.js'
import type { ListSource } from '../lists.js'
import { wireAction, wireHistoryItem, wireListItem } from '../models.js'
import { actionInfoSchema, listSchema, responses } from '../schemas.js'

/** What the routes that read actions need. */
export interface ActionRoutesDeps {
  readonly scheduler: Scheduler
  readonly listed: ListSource['listed']
}

/** Declares the lists and the single action. */
export function actionRoutes (scope: FastifyInstance, { scheduler, listed }: ActionRoutesDeps): void {
  const config = { access: 'read' } as const
  const tags = ['actions']

  scope.get('/actions/finished', {
    config,
    schema: {
      operationId: 'listFinishedActions',
      summary: 'Finished actions, newest first',
      tags,
      response: responses({ schema: listSchema, description: 'At most 100, by the order of scheduling.' })
    }
  }, async () => (await listFinished({ scheduler, listed })).map(wireListItem))

  scope.get('/actions/queue', {
    config,
    schema: {
      operationId: 'listQueuedActions',
      summary: 'Running and waiting actions, oldest first',
      tags,
      response: responses({ schema: listSchema, description: 'At most 100: those that run, then those that wait.' })
    }
  }, async () => (await listQueue({ scheduler, listed })).map(wireListItem))

  scope.get<{ Params: { id: string } }>('/actions/info/:id', { config, schema: getAction }, async ({ params: { id } }) => {
    const action = find(scheduler, id)
    return { action: wireAction(action), history: scheduler.history(action).toReversed().map(wireHistoryItem) }
  })
}

const getAction = {
  operationId: 'getAction',
  summary: 'An action and its history',
  tags: ['actions'],
  params: {
    type: 'object',
    properties: { id: { type: 'string', description: 'UUID of the action, of whatever protocol.' } },
    required: ['id']
  },
  response: responses({ schema: actionInfoSchema, description: 'The action.' }, [400, 404])
}

/** The action. To this dialect a text that is no id is the id of nothing: 404, as in the reference. */
function find (scheduler: Scheduler, id: string): Action {
  const action = scheduler.find(id)
  if (action === null) throw new Problem('unknown-action', { params: { id: beginning(id, 100) } })
  return action
}
