import type { FastifyInstance } from 'fastify'
import type { JsonValue } from '../../../domain/json.js'
import type { Caller } from '../../../domain/action.js'
import type { Access } from '../../../domain/ports/access.js'
import type { Scheduler, ScheduleRequest } from '../../../domain/ports/scheduler.js'
import { Problem } from '../../../domain/problem.js'
import type { SecretHeaders } from '../../../domain/secret-headers.js'
import { parseInstant } from '../../../rfc3339.js'
import { principalOf, requestCaller } from '../../../route-access.js'
import { protocolName } from '../../protocol-name.js'
import { checkActionHeaders } from '../../action-headers.js'
import { entityTag } from '../../etag.js'
import { idempotentId, parseIdempotencyKey } from '../../idempotency.js'
import { actionView } from '../../json-views.js'
import { examples } from '../../schemas/examples.js'
import { bodyProblems, problemResponses } from '../../schemas/problem.js'
import { jsonResponse } from '../../schemas/shared.js'

interface Deps {
  readonly scheduler: Scheduler
  readonly access: Access
  readonly isSecretHeader: SecretHeaders
}

interface ActionRequest {
  readonly kind: string
  readonly args?: JsonValue
  readonly id?: string
  readonly created_ts?: string
  readonly requester?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** `POST /actions`: records an action, which is on disk when the answer goes out. */
export function scheduleRoute (app: FastifyInstance, { scheduler, access, isSecretHeader }: Deps): void {
  // Known before the body is read; what is allowed depends on the kind that it names.
  const config = { access: 'known' } as const

  app.post<{ Body: ActionRequest }>('/actions', { schema: scheduleOperation, config }, async (request, reply) => {
    const { body } = request
    const principal = principalOf(request)
    access.authorize(principal, { scope: 'schedule', kind: body.kind })
    if (body.headers !== undefined) checkActionHeaders(body.headers, isSecretHeader)
    const key = request.headers['idempotency-key']
    const id = idOf({ body, key, principal: principal.name })
    const caller = requestCaller(request, protocolName)
    const { action, fresh } = await scheduler.schedule(toRequest({ body, id, caller }))
    return reply
      .code(fresh ? 202 : 200)
      .header('location', `/api/v1/actions/${action.id}`)
      .header('etag', entityTag(action))
      .send(actionView(action))
  })
}

interface IdSources {
  readonly body: ActionRequest
  readonly key: string | string[] | undefined
  readonly principal: string
}

function idOf ({ body, key, principal }: IdSources): string | undefined {
  if (key === undefined) return body.id
  if (body.id !== undefined) {
    throw new Problem('invalid-header', {
      params: { header: 'Idempotency-Key', reason: 'the body has an id, which serves the same purpose; send one of the two' }
    })
  }
  return idempotentId(principal, parseIdempotencyKey(String(key)))
}

interface Accepted {
  readonly body: ActionRequest
  readonly id: string | undefined
  readonly caller: Caller
}

function toRequest ({ body, id, caller }: Accepted): ScheduleRequest {
  const { kind, args, requester, headers, created_ts: created } = body
  const createdAt = created === undefined ? null : parseInstant(created)
  return {
    kind,
    ...caller,
    ...(id === undefined ? {} : { id }),
    ...(args === undefined ? {} : { args }),
    ...(createdAt === null ? {} : { createdAt }),
    ...(requester === undefined ? {} : { requester }),
    ...(headers === undefined ? {} : { headers })
  }
}

const answerHeaders = {
  location: { type: 'string', description: 'Where the action is.' },
  etag: { type: 'string', description: 'The entity tag of the action.' }
}

const scheduleOperation = {
  operationId: 'scheduleAction',
  summary: 'Schedule an action',
  description: 'Records an action; when the answer arrives it is on disk and will run in its turn. Sending the same request ' +
    'with the same id, or the same Idempotency-Key, again is harmless for as long as the action is kept.',
  tags: ['actions'],
  headers: {
    type: 'object',
    properties: {
      'idempotency-key': {
        type: 'string',
        description: 'Instead of an id: any text that is the same when the request is repeated, such as `"nightly-2026-11-21"`. ' +
          'Keys of different principals do not meet.'
      }
    }
  },
  body: { $ref: 'ActionRequest#' },
  response: {
    200: jsonResponse({
      description: 'The same request had been accepted before; this is its action as it is now.',
      schema: 'Action',
      example: examples.action,
      headers: answerHeaders
    }),
    202: jsonResponse({ description: 'Recorded.', schema: 'Action', example: examples.newAction, headers: answerHeaders }),
    ...problemResponses([
      ...bodyProblems, 'invalid-header', 'unknown-kind', 'invalid-args', 'invalid-id', 'actions-disabled', 'action-exists',
      'queue-full', 'store-full', 'store-unavailable'
    ])
  }
}
