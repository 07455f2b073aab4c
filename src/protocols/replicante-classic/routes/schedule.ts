import type { FastifyInstance } from 'fastify'
import type { JsonValue } from '../../../domain/json.js'
import type { Caller } from '../../../domain/action.js'
import type { Access } from '../../../domain/ports/access.js'
import type { ScheduleRequest, Scheduler } from '../../../domain/ports/scheduler.js'
import { Problem } from '../../../domain/problem.js'
import type { SecretHeaders } from '../../../domain/secret-headers.js'
import { parseInstant } from '../../../rfc3339.js'
import { principalOf, requestCaller } from '../../../route-access.js'
import { actionHeaders } from '../headers.js'
import { responses, scheduleBodySchema, scheduledSchema } from '../schemas.js'

/** The name under which actions of this dialect are recorded. */
export const protocolName = 'replicante-classic'

interface ScheduleBody {
  readonly action_id?: string | null
  readonly args?: JsonValue
  readonly created_ts?: string | null
  readonly requester?: string | null
}

interface ScheduleRoute {
  Params: { '*': string }
  Body: ScheduleBody | null | undefined
}

interface Deps {
  readonly scheduler: Scheduler
  readonly access: Access
  readonly isSecretHeader: SecretHeaders
}

/** Declares the one route that schedules. */
export function scheduleRoute (scope: FastifyInstance, { scheduler, access, isSecretHeader }: Deps): void {
  scope.post<ScheduleRoute>('/actions/schedule/*', {
    // Asked before the body is read: who may not schedule learns nothing of kinds and arguments.
    config: { access: 'known' },
    onRequest: async request => { access.authorize(principalOf(request), { scope: 'schedule', kind: request.params['*'] }) },
    schema: scheduleAction
  }, async request => {
    const caller = requestCaller(request, protocolName)
    const headers = actionHeaders(request.raw.rawHeaders, isSecretHeader)
    const { action, fresh } = await scheduler.schedule(translate(request.params['*'], { body: request.body ?? {}, caller, headers }))
    // Elsewhere a repetition is harmless; here Core counts on being told of it, and looks at nothing but the id.
    if (!fresh) throw new Problem('action-exists', { params: { id: action.id } })
    return { id: action.id }
  })
}

const scheduleAction = {
  operationId: 'scheduleAction',
  summary: 'Schedule an action',
  description: 'Answers when the action is on disk. The request\'s headers become the action\'s, except those of the transport ' +
    'and all that carry credentials.',
  tags: ['actions'],
  params: {
    type: 'object',
    properties: {
      '*': { type: 'string', description: 'Kind of the action; it may hold slashes.', examples: ['agent.replicante.io/test.ping'] }
    },
    required: ['*']
  },
  body: scheduleBodySchema,
  response: responses({ schema: scheduledSchema, description: 'The action\'s id.' }, [400, 409, 413, 415, 429, 507])
}

interface Asked {
  readonly caller: Caller
  readonly body: ScheduleBody
  readonly headers: Readonly<Record<string, string>>
}

function translate (kind: string, { body, caller, headers }: Asked): ScheduleRequest {
  const { action_id: id, args, created_ts: created, requester } = body
  const createdAt = typeof created === 'string' ? parseInstant(created) : null
  return {
    kind,
    ...caller,
    headers,
    ...(typeof id === 'string' ? { id } : {}),
    ...(args === undefined || args === null ? {} : { args }),
    ...(createdAt === null ? {} : { createdAt }),
    ...(typeof requester === 'string' ? { requester } : {})
  }
}
