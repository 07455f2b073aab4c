import type { SchemaNode } from './schema-node.js'

/** The datastore that the agent stands beside. */
export const datastoreSchema: SchemaNode = {
  type: 'object',
  description: 'The datastore that the agent stands beside.',
  additionalProperties: false,
  properties: {
    kind: {
      enum: ['sqlite'],
      description: 'The kind of datastore.',
      default: 'sqlite'
    },
    path: {
      type: 'string',
      minLength: 1,
      description: 'The SQLite database file. It is created if there is none.',
      default: './data/app.db'
    },
    backup_dir: {
      type: 'string',
      minLength: 1,
      description: 'The folder that backups of the datastore are written to, and nowhere else.',
      default: './data/backups'
    },
    timeout_seconds: {
      type: 'number',
      minimum: 0.1,
      maximum: 300,
      description: 'How long to wait for an answer of the datastore.',
      default: 5
    },
    node_id: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 255,
      description: 'The id of this node. Null: the host name.',
      default: null,
      examples: ['node-1']
    },
    cluster_id: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 255,
      description: 'The id of the cluster that this node belongs to. Null: one made from the node id.',
      default: null,
      examples: ['orders']
    },
    cluster_display_name_override: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 255,
      description: 'The name of the cluster for people. Null: what the datastore says.',
      default: null,
      examples: ['Orders, production']
    }
  }
}

const address: SchemaNode = { type: 'string', minLength: 1, maxLength: 1024 }

/** What the agent says of the node itself. */
export const nodeSchema: SchemaNode = {
  type: 'object',
  description: 'What the agent says of its node.',
  additionalProperties: false,
  properties: {
    address: {
      type: 'object',
      description: 'Where others reach the datastore, by use: client, member, and names of your own.',
      additionalProperties: { ...address, description: 'The address for a use of your own.' },
      examples: [{ client: 'db-1.example.com:5432', member: 'db-1.internal:5432' }],
      default: {},
      properties: {
        client: {
          ...address,
          description: 'Where clients reach the datastore.',
          examples: ['db-1.example.com:5432']
        },
        member: {
          ...address,
          description: 'Where other members of the cluster reach it.',
          examples: ['db-1.internal:5432']
        }
      }
    }
  }
}
