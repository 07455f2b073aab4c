import { postgresqlSettings } from '../datastores/postgresql/settings.js'
import { redisSettings } from '../datastores/redis/settings.js'
import { zookeeperSettings } from '../datastores/zookeeper/settings.js'
import type { SchemaNode } from '../schema-node.js'

/** The settings that a kind of datastore has of its own. A new one is a line here. */
const ofKinds = { postgresql: postgresqlSettings, redis: redisSettings, zookeeper: zookeeperSettings }

/** The datastore that the agent stands beside. */
export const datastoreSchema: SchemaNode = {
  type: 'object',
  description: 'The datastore that the agent stands beside.',
  additionalProperties: false,
  properties: {
    kind: {
      enum: ['sqlite', ...Object.keys(ofKinds)],
      description: 'The kind of datastore.',
      default: 'sqlite'
    },
    path: {
      type: 'string',
      minLength: 1,
      description: 'The database file of SQLite. It is created if there is none.',
      default: './data/app.db'
    },
    backup_dir: {
      type: 'string',
      minLength: 1,
      description: 'The folder that backups of SQLite and PostgreSQL are written to, and nowhere else.',
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
      description: 'The id of this node. Null: the one that the datastore gives itself; of SQLite, the host name.',
      default: null,
      examples: ['node-1']
    },
    cluster_id: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 255,
      description: 'The id of the cluster that this node belongs to. Null: what the datastore says, or one made from the node id.',
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
    },
    ...ofKinds
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
