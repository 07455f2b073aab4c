import type { FastifyInstance } from 'fastify'
import type { DatastoreVersion } from '../../../domain/info.js'
import type { Inspector } from '../../../domain/ports/inspector.js'
import { Problem } from '../../../domain/problem.js'
import { examples } from '../examples.js'
import { wireNode, wireShard, wireStore } from '../models.js'
import { responses } from '../responses.js'
import { nodeSchema, shardsSchema, storeSchema } from '../schemas.js'

interface Deps {
  readonly inspector: Inspector
}

/** Declares what tells of the node, its cluster and its shards. */
export function infoRoutes (scope: FastifyInstance, { inspector }: Deps): void {
  const config = { access: 'read' } as const
  scope.get('/info/node', { config, schema: getNode }, async () => {
    const [node, version] = await Promise.all([inspector.node(), versionOf(inspector)])
    return wireNode({ agent: inspector.agent(), datastoreKind: inspector.datastoreKind, node, version })
  })
  scope.get('/info/store', { config, schema: getStore }, async () => wireStore(await inspector.cluster()))
  scope.get('/info/shards', { config, schema: getShards }, async () => {
    return { shards: (await inspector.shards()).map(wireShard) }
  })
}

/** The version; null while the datastore is down, which `info/node` tells as a status and not as an error. */
async function versionOf (inspector: Inspector): Promise<DatastoreVersion | null> {
  try {
    return await inspector.version()
  } catch (error) {
    if (error instanceof Problem && error.code === 'datastore-unavailable') return null
    throw error
  }
}

const tags = ['info']

const getNode = {
  operationId: 'getNode',
  summary: 'The node, its agent and its datastore',
  description: 'Answers 200 also while the datastore is down: then the status is `UNAVAILABLE` and the version `unknown`.',
  tags,
  response: responses({ schema: nodeSchema, description: 'The node.', example: examples.node })
}

const getStore = {
  operationId: 'getStore',
  summary: 'The cluster that the node belongs to',
  description: 'What only the running datastore can tell.',
  tags,
  response: responses({ schema: storeSchema, description: 'The cluster.', example: examples.store })
}

const getShards = {
  operationId: 'getShards',
  summary: 'The shards on this node',
  description: 'What only the running datastore can tell.',
  tags,
  response: responses({ schema: shardsSchema, description: 'Role, offset and lag of each shard.', example: examples.shards })
}
