import type { FastifyInstance } from 'fastify'
import type { NodeInfo } from '../../../domain/info.js'
import type { Inspector } from '../../../domain/ports/inspector.js'
import { Problem } from '../../../domain/problem.js'
import type { Offset, Shard } from '../../../domain/shard.js'
import { formatInstant } from '../../../rfc3339.js'
import type { AgentState } from '../../deps.js'
import { sendProblem } from '../../problem.js'
import { examples } from '../../schemas/examples.js'
import { problemResponses } from '../../schemas/problem.js'
import { jsonResponse } from '../../schemas/shared.js'

interface Deps {
  readonly inspector: Inspector
  readonly agent: AgentState
}

/** `/info/agent`, `/info/datastore` and `/shards`: who and what the agent is, and what it stands beside. */
export function infoRoutes (app: FastifyInstance, { inspector, agent }: Deps): void {
  const config = { access: 'read' } as const

  app.get('/info/agent', { schema: agentOperation, config }, async () => ({
    version: inspector.agent(),
    started_ts: formatInstant(agent.startedAt),
    actions_disabled: agent.actionsDisabled
  }))

  app.get('/info/datastore', { schema: datastoreOperation, config }, async (_request, reply) => {
    const others = Promise.all([inspector.cluster(), inspector.version()]).catch(unlessUnavailable)
    const node = nodeView(await inspector.node())
    const answers = await others
    // Why it does not answer is known of the node, too: a poller of this alone is told.
    if (answers instanceof Problem) return sendProblem(reply, answers, { node })
    const [{ displayName, ...cluster }, version] = answers
    return { kind: inspector.datastoreKind, node, cluster: { ...cluster, display_name: displayName }, version }
  })

  app.get('/shards', { schema: shardsOperation, config }, async () => {
    const shards = await inspector.shards()
    return { shards: shards.map(shardView) }
  })
}

/** @throws whatever it is given that is no `datastore-unavailable` */
function unlessUnavailable (error: unknown): Problem {
  if (error instanceof Problem && error.code === 'datastore-unavailable') return error
  throw error
}

function nodeView ({ statusReason, ...node }: NodeInfo): object {
  return { ...node, status_reason: statusReason }
}

function shardView ({ id, role, commitOffset, lag }: Shard): object {
  return {
    id,
    role: typeof role === 'string' ? role : role.other,
    commit_offset: offsetView(commitOffset),
    lag: offsetView(lag)
  }
}

function offsetView (offset: Offset | null): object | null {
  if (offset === null) return null
  return { value: offset.value, unit: typeof offset.unit === 'string' ? offset.unit : offset.unit.unit }
}

const agentOperation = {
  operationId: 'getAgentInfo',
  summary: 'What runs this agent',
  description: 'The version of the agent, what it was built from, since when it runs and whether it takes actions.',
  tags: ['info'],
  response: {
    200: jsonResponse({ description: 'The agent.', schema: 'AgentInfo', example: examples.agentInfo }),
    ...problemResponses([])
  }
}

const datastoreOperation = {
  operationId: 'getDatastoreInfo',
  summary: 'The datastore beside the agent',
  description: 'The node, its cluster and the version of the datastore, asked now. One that does not answer is a problem ' +
    'whose member `node` has the status UNAVAILABLE and the reason.',
  tags: ['info'],
  response: {
    200: jsonResponse({ description: 'The datastore.', schema: 'DatastoreInfo', example: examples.datastoreInfo }),
    ...problemResponses(['datastore-unavailable'])
  }
}

const shardsOperation = {
  operationId: 'getShards',
  summary: 'The shards that this node holds',
  description: 'Each part of the data with the role of this node, how far it has written and how far it is behind.',
  tags: ['info'],
  response: {
    200: jsonResponse({ description: 'The shards.', schema: 'Shards', example: examples.shards }),
    ...problemResponses(['datastore-unavailable'])
  }
}
