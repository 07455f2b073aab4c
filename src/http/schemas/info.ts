const attributes = {
  type: 'object',
  additionalProperties: { type: ['boolean', 'number', 'string', 'null'] },
  description: 'Further facts, by name.'
}

/** What runs this agent. */
export const agentInfoSchema = {
  $id: 'AgentInfo',
  type: 'object',
  required: ['version', 'started_ts', 'actions_disabled'],
  properties: {
    started_ts: {
      type: 'string', format: 'date-time', description: 'When this agent started: it is another one after a restart.'
    },
    actions_disabled: {
      type: ['string', 'null'],
      description: 'Why it takes no actions, as a part of a sentence; null where it does.'
    },
    version: {
      type: 'object',
      required: ['number', 'checkout', 'taint'],
      properties: {
        number: { type: 'string', description: 'The version, as SemVer has them.' },
        checkout: { type: 'string', description: 'The commit it was built from.' },
        taint: { type: 'string', description: 'Whether it was built from changed files.' }
      }
    }
  }
}

/** How a node is. */
export const nodeSchema = {
  type: 'object',
  required: ['id', 'status', 'status_reason', 'addresses', 'attributes'],
  properties: {
    id: { type: 'string' },
    status: {
      type: 'string',
      enum: ['UNAVAILABLE', 'NOT_IN_CLUSTER', 'JOINING_CLUSTER', 'LEAVING_CLUSTER', 'UNHEALTHY', 'HEALTHY', 'UNKNOWN']
    },
    status_reason: { type: ['string', 'null'], description: 'Why the status is what it is.' },
    addresses: { type: 'object', additionalProperties: { type: 'string' }, description: 'Addresses by their use.' },
    attributes
  }
}

const clusterSchema = {
  type: 'object',
  required: ['id', 'display_name', 'attributes'],
  properties: { id: { type: 'string' }, display_name: { type: ['string', 'null'] }, attributes }
}

const versionSchema = {
  type: 'object',
  required: ['number', 'checkout', 'extra'],
  properties: {
    number: { type: 'string' },
    checkout: { type: ['string', 'null'] },
    extra: { type: ['string', 'null'] }
  }
}

/** The datastore beside the agent. */
export const datastoreInfoSchema = {
  $id: 'DatastoreInfo',
  type: 'object',
  required: ['kind', 'node', 'cluster', 'version'],
  properties: {
    kind: { type: 'string', description: 'The name of the driver.' },
    node: nodeSchema,
    cluster: clusterSchema,
    version: versionSchema
  }
}

const offsetOrNull = {
  type: ['object', 'null'],
  required: ['value', 'unit'],
  properties: {
    value: { type: 'integer', format: 'int64', description: 'Exact digits: may be beyond 2^53.' },
    unit: { type: 'string', description: '`seconds`, `milliseconds`, or a unit of the datastore\'s own.' }
  }
}

/** The parts of the data that this node holds. */
export const shardsSchema = {
  $id: 'Shards',
  type: 'object',
  required: ['shards'],
  properties: {
    shards: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'role', 'commit_offset', 'lag'],
        properties: {
          id: { type: 'string' },
          role: { type: 'string', description: '`primary`, `secondary`, `recovering`, or the datastore\'s own word.' },
          commit_offset: { ...offsetOrNull, description: 'How far this node has written.' },
          lag: { ...offsetOrNull, description: 'How far it is behind the primary.' }
        }
      }
    }
  }
}
