import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { beginning } from '../../domain/json.js'
import type { HttpTools } from '../../domain/ports/protocol.js'
import { Problem } from '../../domain/problem.js'
import { principalOf, requestCaller } from '../../route-access.js'
import { refuseAltered, type AlteredParts } from './bodies.js'
import { readCall, type CallBody } from './call.js'
import { answerCall, type HandlerDeps } from './handler.js'
import { protocolName } from './origin.js'
import type { AgentTypes } from './registration.js'
import type { Wait } from './schedule.js'
import { callSchema, querySchema, responses } from './schemas.js'

interface Call {
  Body: CallBody
  Querystring: { token?: string | string[] }
  Params: { '*'?: string }
}

interface RouteDeps extends HandlerDeps {
  readonly types: AgentTypes
  readonly hold: HttpTools<FastifyReply>['hold']
  readonly alteredParts: AlteredParts
}

/** Declares the two URLs: the agent type of the whole registry, and one for each kind. */
export function callRoutes (scope: FastifyInstance, deps: RouteDeps): void {
  // Known before the body is read; what a caller may do is decided when the body has said what it wants. It can send a
  // token nowhere but in the URL.
  const config = { access: 'known', tokenInUrl: true } as const
  const answer = async (request: FastifyRequest<Call>, reply: FastifyReply): Promise<object> => {
    return { result: await resultOf(deps, request, reply) }
  }

  // URLs are copied by hand, so one with a slash at its end is served too; the documents show the other.
  scope.post<Call>('', { config, schema: callAgent }, answer)
  scope.post<Call>('/', { config, schema: { ...callAgent, hide: true }, prefixTrailingSlash: 'slash' }, answer)
  scope.post<Call>('/kinds/*', { config, schema: callAgentOfKind }, answer)
}

const urls = 'ActiveWorkflow is told of the URL by an environment variable whose name begins with REMOTE_AGENT_URL.'
const operation = { tags: ['agent'], body: callSchema, querystring: querySchema, response: responses }

const callAgent = {
  ...operation,
  operationId: 'callAgent',
  summary: 'Call the agent of all kinds',
  description: `One agent type, \`Steward\`: its options, or the message, say which kind of action is scheduled. ${urls}`
}

const callAgentOfKind = {
  ...operation,
  operationId: 'callAgentOfKind',
  summary: 'Call the agent of one kind',
  description: `One agent type for each kind of action. ${urls}`,
  params: {
    type: 'object',
    properties: { '*': { type: 'string', description: 'The kind; it may hold slashes.', examples: ['agent.replicante.io/test.ping'] } },
    required: ['*']
  }
}

async function resultOf (deps: RouteDeps, request: FastifyRequest<Call>, reply: FastifyReply): Promise<object> {
  const type = request.params['*']?.replace(/\/$/, '') ?? null
  const refuse = (used: readonly string[]): void => { refuseAltered(deps.alteredParts(request), used) }
  refuse(['/method'])
  const call = readCall(request.body)
  const principal = principalOf(request)
  const requireType = (): void => {
    if (type !== null && !deps.types.has(type)) throw new Problem('no-such-kind', { params: { kind: beginning(type, 200) } })
  }
  if (call.method === 'register') {
    deps.access.authorize(principal, { scope: 'read' })
    requireType()
    return deps.types.registration(type)
  }
  return await answerCall(deps, {
    ...{ call, type, principal, requireType },
    caller: requestCaller(request, protocolName),
    refuseAltered: refuse,
    waitFor: limitMs => waitWith(deps, reply, limitMs)
  })
}

function waitWith ({ scheduler, hold }: RouteDeps, reply: FastifyReply, limitMs: number): Wait {
  return async action => {
    try {
      const ended = await hold({ reply, limitMs, work: async signal => await scheduler.outcome(action.id, signal) })
      return ended ?? scheduler.get(action.id)
    } catch (error) {
      if (error instanceof Problem && error.code === 'too-many-waits') return 'busy'
      // It has ended and been pruned in the meantime.
      if (error instanceof Problem && error.code === 'unknown-action') return action
      throw error
    }
  }
}
