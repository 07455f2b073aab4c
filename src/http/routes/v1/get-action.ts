import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Action } from '../../../domain/action.js'
import { isFinal } from '../../../domain/lifecycle.js'
import type { Scheduler } from '../../../domain/ports/scheduler.js'
import { Problem } from '../../../domain/problem.js'
import { parseDuration } from '../../duration.js'
import { entityTag, matchesTag } from '../../etag.js'
import { actionView, transitionView } from '../../json-views.js'
import { examples } from '../../schemas/examples.js'
import { problemResponses } from '../../schemas/problem.js'
import { jsonResponse } from '../../schemas/shared.js'
import type { Waits } from '../../waits.js'

interface Deps {
  readonly scheduler: Scheduler
  readonly waits: Waits
  readonly waitLimitSeconds: number
}

interface GetAction {
  Params: { id: string }
  Querystring: { wait?: string }
}

/** `GET /actions/{id}`: an action with its history, at once or when something has happened to it. */
export function getRoute (app: FastifyInstance, deps: Deps): void {
  const { scheduler } = deps
  const config = { access: 'read' } as const

  app.get<GetAction>('/actions/:id', { schema: getOperation, config }, async (request, reply) => {
    const seen = request.headers['if-none-match']
    const limitMs = waitOf(request.query.wait, deps.waitLimitSeconds)
    const found = scheduler.get(request.params.id)
    const action = limitMs === 0 ? found : await waited({ deps, reply, found, seen, limitMs })

    const tag = entityTag(action)
    reply.header('etag', tag).header('cache-control', 'no-cache')
    if (seen !== undefined && matchesTag(seen, tag)) return reply.code(304).send()
    return Object.assign(actionView(action), { history: scheduler.history(action).map(transitionView) })
  })
}

/** Milliseconds to wait: nothing without a wait, and never more than the limit. */
function waitOf (text: string | undefined, limitSeconds: number): number {
  if (text === undefined) return 0
  const ms = parseDuration(text)
  if (ms === null) {
    throw new Problem('invalid-request', { errors: [{ pointer: '/wait', detail: 'must be a duration such as 30s, 500ms or 1m' }] })
  }
  return Math.min(ms, limitSeconds * 1000)
}

interface Waiting {
  readonly deps: Deps
  readonly reply: FastifyReply
  readonly found: Action
  /** What the caller has seen already: it waits for something else. Without it, it waits for the end. */
  readonly seen: string | undefined
  readonly limitMs: number
}

async function waited ({ deps: { scheduler, waits }, reply, found, seen, limitMs }: Waiting): Promise<Action> {
  if (isFinal(found.state) || (seen !== undefined && !matchesTag(seen, entityTag(found)))) return found
  const changed = await waits.run({
    reply,
    limitMs,
    work: signal => seen === undefined
      ? scheduler.outcome(found.id, signal)
      : scheduler.changed(found.id, found.version, signal)
  })
  return changed ?? scheduler.get(found.id)
}

const getOperation = {
  operationId: 'getAction',
  summary: 'An action and its history',
  description: 'With `wait` the answer comes when there is something to tell: with If-None-Match as soon as the action differs ' +
    '(304 when it does not in that time), without it when the action is final (else as it is when the time is over). Nothing ' +
    'more happens to a final action: its answer comes at once.',
  tags: ['actions'],
  params: { type: 'object', required: ['id'], properties: { id: { type: 'string', description: 'The id of the action.', examples: [examples.action.id] } } },
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      wait: { type: 'string', maxLength: 16, description: 'How long to wait at most: `30`, `30s`, `500ms` or `1m`.', examples: ['30s'] }
    }
  },
  headers: {
    type: 'object',
    properties: { 'if-none-match': { type: 'string', description: 'The ETag that the caller has.' } }
  },
  response: {
    200: jsonResponse({
      description: 'The action; its history is oldest first.',
      schema: 'ActionDetail',
      example: examples.actionDetail,
      headers: { etag: { type: 'string', description: 'Differs as soon as anything of the action does.' } }
    }),
    304: { description: 'The action is as the caller has it.', type: 'null' },
    ...problemResponses(['invalid-request', 'invalid-id', 'unknown-action', 'too-many-waits'])
  }
}
