import type { FastifyInstance } from 'fastify'
import { actionStates, type ActionState } from '../../../domain/lifecycle.js'
import type { Order, PageQuery } from '../../../domain/page.js'
import type { Scheduler } from '../../../domain/ports/scheduler.js'
import { parseInstant } from '../../../rfc3339.js'
import { listedView } from '../../json-views.js'
import { nextLink } from '../../next-link.js'
import { examples } from '../../schemas/examples.js'
import { problemResponses } from '../../schemas/problem.js'
import { jsonResponse } from '../../schemas/shared.js'

interface Deps {
  readonly scheduler: Scheduler
}

interface ListQuery {
  state?: ActionState[]
  kind?: string
  lane?: string
  requester?: string
  protocol?: string[]
  since?: string
  until?: string
  search?: string
  order?: Order
  limit?: number
  cursor?: string
}

/** `GET /actions`: pages of actions, by the order of scheduling. */
export function listRoute (app: FastifyInstance, { scheduler }: Deps): void {
  app.get<{ Querystring: ListQuery }>('/actions', {
    schema: listOperation,
    config: { access: 'read' },
    preValidation: async request => {
      splitLists(request.query)
    }
  }, async (request, reply) => {
    const page = scheduler.listWithFailures(toPageQuery(request.query))
    if (page.next !== null) reply.header('link', nextLink('/api/v1/actions', { ...request.query, cursor: page.next }))
    return { actions: page.items.map(listedView), next: page.next, gap: page.gap }
  })
}

/** Lists may be given as repeated parameters or with commas; validation sees them as arrays. */
function splitLists (query: { state?: unknown, protocol?: unknown }): void {
  for (const name of ['state', 'protocol'] as const) {
    if (query[name] !== undefined) query[name] = [query[name]].flat().flatMap(part => String(part).split(','))
  }
}

function toPageQuery (query: ListQuery): PageQuery {
  const { state, kind, lane, requester, protocol, since, until, search, order = 'desc', limit = 100, cursor } = query
  const [from = null, to = null] = [since, until].map(text => text === undefined ? null : parseInstant(text))
  return {
    filter: {
      ...(state === undefined ? {} : { states: state }),
      ...(kind === undefined ? {} : { kind }),
      ...(lane === undefined ? {} : { lane }),
      ...(requester === undefined ? {} : { requester }),
      ...(protocol === undefined ? {} : { protocols: protocol }),
      ...(from === null ? {} : { since: from }),
      ...(to === null ? {} : { until: to }),
      ...(search === undefined ? {} : { search })
    },
    order,
    limit,
    ...(cursor === undefined ? {} : { cursor })
  }
}

const listOperation = {
  operationId: 'listActions',
  summary: 'List actions',
  description: 'A page of the actions that fit all the filters, in the order of scheduling. A page may be short, or even empty, ' +
    'and still have a `next`: only a null `next` is the end.',
  tags: ['actions'],
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      state: {
        type: 'array',
        items: { type: 'string', enum: actionStates },
        description: 'Only actions in one of these states: repeated, or with commas.'
      },
      kind: { type: 'string', maxLength: 256, description: 'Only actions of this kind.' },
      lane: { type: 'string', maxLength: 256, description: 'Only actions of this lane.' },
      requester: { type: 'string', maxLength: 128, description: 'Only actions of this requester.' },
      protocol: {
        type: 'array',
        maxItems: 16,
        items: { type: 'string', maxLength: 64 },
        description: 'Only actions that came through one of these protocols: repeated, or with commas.'
      },
      since: { type: 'string', format: 'date-time', description: 'Only actions scheduled at this moment or later (RFC 3339).' },
      until: { type: 'string', format: 'date-time', description: 'Only actions scheduled before this moment (RFC 3339).' },
      search: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
        description: 'Only actions with this text in their id, kind, lane, requester or principal or, where they are FAILED, in ' +
          'the `error` of `failure`. Letters from A to Z match in either case. Not found in an error: of actions whose ' +
          'arguments, headers and payload together have more than 4 KiB.'
      },
      order: { type: 'string', enum: ['asc', 'desc'], description: '`desc`, the default, is newest first.' },
      limit: { type: 'integer', minimum: 1, maximum: 1000, description: 'At most so many; 100 by default.' },
      cursor: { type: 'string', minLength: 1, maxLength: 4096, description: 'The `next` of the page before, with the same filters and order.' }
    }
  },
  response: {
    200: jsonResponse({
      description: 'A page.',
      schema: 'ActionPage',
      example: examples.actionPage,
      headers: { link: { type: 'string', description: 'The next page, with `rel="next"`, where there is one.' } }
    }),
    ...problemResponses(['invalid-request', 'invalid-cursor', 'cursor-gone'])
  }
}
