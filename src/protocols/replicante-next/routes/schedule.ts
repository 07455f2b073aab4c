import type { FastifyInstance } from 'fastify'
import type { Instant } from '../../../domain/clock.js'
import type { JsonValue } from '../../../domain/json.js'
import type { Caller } from '../../../domain/action.js'
import type { Access } from '../../../domain/ports/access.js'
import type { ScheduleRequest, Scheduler } from '../../../domain/ports/scheduler.js'
import { Problem } from '../../../domain/problem.js'
import type { SecretHeaders } from '../../../domain/secret-headers.js'
import { isUtc, parseInstant } from '../../../rfc3339.js'
import { principalOf, requestCaller } from '../../../route-access.js'
import { examples } from '../examples.js'
import { responses } from '../responses.js'
import { requestSchema, scheduledSchema } from '../schemas.js'

/** The name under which actions of this dialect are recorded. */
export const protocolName = 'replicante-next'

/** The dialect has no word for who asks: it is Core that speaks it. */
const requester = 'CORE_API'

interface ScheduleBody {
  readonly kind: string
  readonly args?: JsonValue
  readonly created_time?: string | null
  readonly id?: string | null
  readonly metadata?: Readonly<Record<string, string>> | null
}

interface Deps {
  readonly scheduler: Scheduler
  readonly access: Access
  readonly isSecretHeader: SecretHeaders
}

/** Declares what schedules, with and without a slash at its end. */
export function scheduleRoute (scope: FastifyInstance, { scheduler, access, isSecretHeader }: Deps): void {
  for (const [path, schema] of [['/action', scheduleAction], ['/action/', { ...scheduleAction, hide: true }]] as const) {
    scope.post<{ Body: ScheduleBody }>(path, {
      // Who is not known learns nothing of what a body has to be; what is allowed depends on the kind that it names.
      config: { access: 'known' },
      schema
    }, async request => {
      const { body } = request
      access.authorize(principalOf(request), { scope: 'schedule', kind: body.kind })
      const caller = requestCaller(request, protocolName)
      const { action, fresh } = await scheduler.schedule(translate(body, { caller, isSecretHeader }))
      // Elsewhere a repetition is harmless; here the id alone decides.
      if (!fresh) throw new Problem('action-exists', { params: { id: action.id } })
      return { id: action.id }
    })
  }
}

const scheduleAction = {
  operationId: 'scheduleAction',
  summary: 'Schedule an action',
  description: 'Answers when the action is on disk. An id that is in use is refused, also for the same request.',
  tags: ['actions'],
  body: { ...requestSchema, examples: [examples.request] },
  response: responses(
    { schema: scheduledSchema, description: 'The action\'s id.', example: examples.scheduled }, [400, 409, 413, 415, 429, 507]
  )
}

interface Asking extends Pick<Deps, 'isSecretHeader'> {
  readonly caller: Caller
}

function translate (body: ScheduleBody, { caller, isSecretHeader }: Asking): ScheduleRequest {
  const { kind, id, args, created_time: created, metadata } = body
  const createdAt = typeof created === 'string' ? utcInstant(created) : null
  return {
    kind,
    requester,
    ...caller,
    headers: Object.fromEntries(Object.entries(metadata ?? {}).filter(([name]) => !isSecretHeader(name))),
    ...(typeof id === 'string' ? { id } : {}),
    ...(args === undefined || args === null ? {} : { args }),
    ...(createdAt === null ? {} : { createdAt })
  }
}

/** The instant of a date that the schema has found to be one. Throws `invalid-request` when it is not given in UTC. */
function utcInstant (text: string): Instant | null {
  if (isUtc(text)) return parseInstant(text)
  throw new Problem('invalid-request', {
    errors: [{ pointer: '/created_time', detail: 'must be in UTC: its offset has to be Z or +00:00' }]
  })
}
