import type { FastifyInstance } from 'fastify'
import type { Access } from '../../../domain/ports/access.js'
import type { Inspector } from '../../../domain/ports/inspector.js'
import { Problem } from '../../../domain/problem.js'
import { readOnly } from '../read-only.js'
import { wireDatastore, wireShard } from '../models.js'
import { agentSchema, datastoreSchema, responses, shardsSchema } from '../schemas.js'

interface Deps {
  readonly inspector: Inspector
  readonly access: Access
}

/** Declares what tells of the agent and of its datastore. */
export function infoRoutes (scope: FastifyInstance, { inspector, access }: Deps): void {
  const onRequest = readOnly(access)
  const tags = ['info']

  scope.get('/info/agent', {
    onRequest,
    schema: {
      operationId: 'getAgentInfo',
      summary: 'The agent',
      tags,
      response: responses({ schema: agentSchema, description: 'Version of the agent.' })
    }
  }, async () => ({ version: inspector.agent() }))

  scope.get('/info/datastore', {
    onRequest,
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
    onRequest,
    schema: {
      operationId: 'getShards',
      summary: 'The shards on this node',
      tags,
      response: responses({ schema: shardsSchema, description: 'Role, offset and lag of each shard.' })
    }
  }, async () => ({ shards: (await inspector.shards()).map(wireShard) }))
}
