import type { FastifyInstance } from 'fastify'
import type { Inspector } from '../../../domain/ports/inspector.js'
import { Problem } from '../../../domain/problem.js'
import { wireDatastore, wireShard } from '../models.js'
import { agentSchema, datastoreSchema, responses, shardsSchema } from '../schemas.js'

interface Deps {
  readonly inspector: Inspector
}

/** Declares what tells of the agent and of its datastore. */
export function infoRoutes (scope: FastifyInstance, { inspector }: Deps): void {
  const config = { access: 'read' } as const
  const tags = ['info']

  scope.get('/info/agent', {
    config,
    schema: {
      operationId: 'getAgentInfo',
      summary: 'The agent',
      tags,
      response: responses({ schema: agentSchema, description: 'Version of the agent.' })
    }
  }, async () => ({ version: inspector.agent() }))

  scope.get('/info/datastore', {
    config,
    schema: {
      operationId: 'getDatastoreInfo',
      summary: 'The datastore that the agent stands beside',
      tags,
      response: responses({ schema: datastoreSchema, description: 'Cluster, node and version of the datastore.' })
    }
  }, async () => {
    const [node, cluster, version] = await Promise.all([inspector.node(), inspector.cluster(), inspector.version()])
    // The dialect has no word for a node that is down: to Core an error here means just that.
    if (node.status === 'UNAVAILABLE') {
      throw new Problem('datastore-unavailable', { params: { reason: node.statusReason ?? 'no reason is known' } })
    }
    return wireDatastore({ kind: inspector.datastoreKind, node, cluster, version })
  })

  scope.get('/shards', {
    config,
    schema: {
      operationId: 'getShards',
      summary: 'The shards on this node',
      tags,
      response: responses({ schema: shardsSchema, description: 'Role, offset and lag of each shard.' })
    }
  }, async () => ({ shards: (await inspector.shards()).map(wireShard) }))
}
