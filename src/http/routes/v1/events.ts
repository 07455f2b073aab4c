import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Access } from '../../../domain/ports/access.js'
import { principalOf } from '../../../route-access.js'
import type { EventHub } from '../../event-hub.js'
import { defaultPace, eventStream } from '../../event-stream.js'
import { examples } from '../../schemas/examples.js'
import { problemResponses } from '../../schemas/problem.js'
import type { Waits } from '../../waits.js'

interface Deps {
  readonly access: Access
  readonly hub: EventHub
  readonly waits: Waits
}

interface GetEvents {
  Querystring: { last_event_id?: string }
}

/** `GET /events`: every transition as it is committed, as Server-Sent Events. */
export function eventsRoute (app: FastifyInstance, { access, hub, waits }: Deps): void {
  const config = { access: 'read' } as const

  app.get<GetEvents>('/events', { schema: eventsOperation, config, exposeHeadRoute: false }, async (request, reply) => {
    const header = request.headers['last-event-id']
    const lastEventId = typeof header === 'string' ? header : request.query.last_event_id
    const principal = principalOf(request)
    const isStillWelcome = (): boolean => access.isStillValid(principal)
    const stream = waits.stream(reply, signal => {
      return Readable.from(eventStream({ hub, lastEventId, signal, pace: defaultPace, isStillWelcome }))
    })
    return await reply
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(stream)
  })
}

const eventsOperation = {
  operationId: 'watchEvents',
  summary: 'Watch every transition',
  description: 'Server-Sent Events: `transition` for each entry of any history, `gap` where events are missing because they were ' +
    'pruned (`pruned`), or the given id is of another database, or of this one before it was put back (`other-store`), or newer ' +
    'than it (`ahead`), and then only what comes from now on is sent. After a Last-Event-ID everything since is replayed from disk; without one the stream ' +
    'begins now, with the event `begin`, whose id is that place: who comes back with it misses nothing.',
  tags: ['actions'],
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      last_event_id: { type: 'string', maxLength: 128, description: 'As the header, for those that cannot set it.' }
    }
  },
  headers: {
    type: 'object',
    properties: { 'last-event-id': { type: 'string', description: 'The id of the last event that was received.' } }
  },
  response: {
    200: {
      description: 'The stream. It stays open.',
      content: { 'text/event-stream': { schema: { type: 'string' }, example: examples.events } }
    },
    ...problemResponses(['invalid-request', 'invalid-header', 'too-many-waits'])
  }
}
