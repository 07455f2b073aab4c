import type { SchemaNode } from '../../schema-node.js'
import { hostPort, loginSettings, type ServerLogin } from '../../server-login.js'

/** How to reach the Redis server, and what its kinds may do. */
export interface RedisSettings extends ServerLogin {
  /** A user of Redis's access control lists; null: the default user. */
  readonly username: string | null
  /** The parameters that `redis.steward/config-set` may change. */
  readonly config_set: readonly string[]
  /** The servers that `redis.steward/replica-of` may follow, as `host:port`. */
  readonly primaries: readonly string[]
}

/** The settings below `datastore.redis`. */
export const redisSettings: SchemaNode = {
  type: 'object',
  description: 'How to reach the Redis server, and what its kinds may do.',
  additionalProperties: false,
  properties: {
    ...loginSettings({ name: 'redis', port: 6379, socket: '/run/redis/redis-server.sock' }),
    username: {
      type: ['string', 'null'],
      minLength: 1,
      description: 'The user to log in as. Null: the default user.',
      default: null,
      examples: ['steward']
    },
    config_set: {
      type: 'array',
      items: { type: 'string', pattern: '^[a-z0-9-]+$', 'x-allowed': 'the name of a parameter, such as maxmemory' },
      description: 'The parameters that redis.steward/config-set may change.',
      default: [
        'appendfsync', 'hz', 'latency-monitor-threshold', 'loglevel', 'maxclients', 'maxmemory', 'maxmemory-policy',
        'maxmemory-samples', 'repl-backlog-size', 'repl-timeout', 'replica-priority', 'save', 'slowlog-log-slower-than',
        'slowlog-max-len', 'timeout', 'tcp-keepalive'
      ]
    },
    primaries: {
      type: 'array',
      items: hostPort,
      description: 'The servers that redis.steward/replica-of may follow, as HOST:PORT. ' +
        'Empty: any, where the agent has no password; else none, since it logs in there too.',
      default: [],
      examples: [['redis-1.internal:6379', 'redis-2.internal:6379']]
    }
  }
}
