import type { SchemaNode } from '../../schema-node.js'
import { hostPort, loginSettings, type ServerLogin } from '../../server-login.js'

/** How to reach the PostgreSQL server, and what its kinds need. */
export interface PostgresqlSettings extends ServerLogin {
  readonly user: string
  /** The database that the driver connects to, and that kinds work in unless told otherwise. */
  readonly database: string
  /** The server's data folder; without it the kinds that work on it are not there. */
  readonly data_dir: string | null
  /** Where pg_basebackup, pg_ctl and the others are; without it they are looked for in PATH. */
  readonly bin_dir: string | null
  /** The system user that the server's programs run as; without it, that of the agent. */
  readonly os_user: string | null
  /** Servers that this node may be cloned from, by name: `host:port`. */
  readonly peers: Readonly<Record<string, string>>
}

/** The settings below `datastore.postgresql`. */
export const postgresqlSettings: SchemaNode = {
  type: 'object',
  description: 'How to reach the PostgreSQL server, and what its kinds need.',
  additionalProperties: false,
  properties: {
    ...loginSettings({ name: 'postgresql', port: 5432, socket: '/var/run/postgresql' }),
    user: { type: 'string', minLength: 1, description: 'The role to log in as.', default: 'postgres' },
    database: {
      type: 'string',
      minLength: 1,
      maxLength: 63,
      description: 'The database to connect to, in which kinds work unless their arguments name another.',
      default: 'postgres'
    },
    data_dir: {
      type: ['string', 'null'],
      minLength: 1,
      description: 'The data folder of the server. Without it there is no store.stop and no cluster.join.',
      default: null,
      examples: ['/var/lib/postgresql/15/main']
    },
    bin_dir: {
      type: ['string', 'null'],
      minLength: 1,
      description: 'The folder of the programs of the server (pg_ctl, pg_basebackup). Null: they are looked for in PATH.',
      default: null,
      examples: ['/usr/lib/postgresql/15/bin']
    },
    os_user: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 32,
      description: 'The system user that the programs of the server run as, where the agent runs as root. Null: the user of the agent.',
      default: null,
      examples: ['postgres']
    },
    peers: {
      type: 'object',
      description: 'The servers that this node may be cloned from by cluster.join, by name, as HOST:PORT.',
      additionalProperties: hostPort,
      propertyNames: {
        pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$',
        'x-allowed': 'at most 100 letters, digits, - and _, the first a letter or digit'
      },
      examples: [{ 'db-1': 'db-1.internal:5432' }],
      default: {}
    }
  }
}
