import type { SchemaNode } from '../schema-node.js'
import { serviceSettings } from '../supervisors/settings.js'
import { accessSchema } from './schema-access.js'
import { datastoreSchema, nodeSchema } from './schema-datastore.js'
import { externalActionsSchema } from './schema-external-actions.js'
import { tlsSchema } from './schema-tls.js'
import { tracesSchema } from './schema-traces.js'

const httpSchema: SchemaNode = {
  type: 'object',
  description: 'The HTTP server.',
  additionalProperties: false,
  properties: {
    hosts: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      description: 'Names under which clients reach the agent, as they stand in the Host header. ' +
        'Loopback names and IP addresses are always served.',
      default: [],
      examples: [['node-1.example.com']]
    },
    origins: {
      type: 'array',
      items: { type: 'string', format: 'origin', 'x-allowed': 'an origin such as https://console.example.com' },
      description: 'Web origins whose pages may call the API from a browser. Pages of the agent itself always may.',
      default: [],
      examples: [['https://console.example.com']]
    },
    secret_headers: {
      type: 'array',
      items: { type: 'string', format: 'header-name', 'x-allowed': 'the name of a header, such as x-session-token' },
      description: 'Headers that carry credentials here, beside the usual ones: they are never stored with an action.',
      default: [],
      examples: [['x-session-token']]
    },
    body_limit: {
      type: 'integer',
      minimum: 1024,
      maximum: 1073741824,
      description: 'The largest request body, in bytes.',
      default: 1048576
    },
    wait_limit_seconds: {
      type: 'integer',
      minimum: 0,
      maximum: 3600,
      description: 'The longest that a request with ?wait= is held.',
      default: 60
    },
    request_timeout_seconds: {
      type: 'integer',
      minimum: 1,
      maximum: 3600,
      description: 'How long a client may take to send a whole request.',
      default: 30
    },
    docs: {
      type: 'boolean',
      description: 'Serve Swagger UI at /docs.',
      default: true
    },
    ui: {
      type: 'boolean',
      description: 'Serve the dashboard at /ui.',
      default: true
    }
  }
}

const actionsSchema: SchemaNode = {
  type: 'object',
  description: 'The queue of actions and how it is worked through.',
  additionalProperties: false,
  properties: {
    enabled: {
      enum: ['auto', true, false],
      description: 'Whether actions are taken and run. With auto, they are when bind is a loopback address, or who asks must show a ' +
        'token (access.tokens_file) or a certificate (tls.clients_ca_bundle).',
      default: 'auto'
    },
    queue_limit: {
      type: 'integer',
      minimum: 1,
      maximum: 100000000,
      description: 'How many actions may wait or run. Beyond it, new ones are refused.',
      default: 100000
    },
    max_lanes: {
      type: 'integer',
      minimum: 1,
      maximum: 1024,
      description: 'How many lanes may run an action at the same time.',
      default: 16
    },
    payload_limit: {
      type: 'integer',
      minimum: 1024,
      maximum: 1073741824,
      description: 'The largest payload that a kind may report, in bytes of JSON.',
      default: 1048576
    },
    prune_keep: {
      type: 'integer',
      minimum: 0,
      description: 'How many finished actions are kept, whatever their age.',
      default: 10000
    },
    prune_age_days: {
      type: 'number',
      minimum: 0,
      description: 'How long a finished action is kept at least. It goes when it is older and beyond prune_keep.',
      default: 30
    },
    prune_interval_seconds: {
      type: 'integer',
      minimum: 1,
      maximum: 86400,
      description: 'How often finished actions are pruned.',
      default: 3600
    },
    grace_seconds: {
      type: 'integer',
      minimum: 0,
      maximum: 86400,
      description: 'How long a running action that cannot be resumed may go on after SIGTERM.',
      default: 30
    }
  }
}

const replicanteSchema: SchemaNode = {
  type: 'object',
  description: 'The protocol of Replicante Core.',
  additionalProperties: false,
  properties: {
    list: {
      enum: ['own', 'all'],
      description: 'Which actions the lists of this protocol show: those that came through it, or all.',
      default: 'own'
    },
    classic: {
      type: 'object',
      description: 'The dialect of Core 0.5 to 0.7, at /api/unstable.',
      additionalProperties: false,
      properties: {
        enabled: { type: 'boolean', description: 'Serve the classic dialect.', default: true },
        trees: {
          type: 'object',
          description: 'The parts of the API that can be switched off.',
          additionalProperties: false,
          properties: {
            unstable: { type: 'boolean', description: 'Serve /api/unstable/....', default: true },
            introspect: { type: 'boolean', description: 'Serve /api/unstable/introspect/....', default: true }
          }
        }
      }
    },
    next: {
      type: 'object',
      description: 'The dialect of Core from 0.8 on, at /replisdk/api/unstable.',
      additionalProperties: false,
      properties: {
        enabled: { type: 'boolean', description: 'Serve the next dialect.', default: true }
      }
    }
  }
}

const activeworkflowSchema: SchemaNode = {
  type: 'object',
  description: 'The protocol of ActiveWorkflow\'s remote agents, at /activeworkflow.',
  additionalProperties: false,
  properties: {
    enabled: { type: 'boolean', description: 'Serve the protocol.', default: true }
  }
}

/**
 * The one description of the configuration: it validates the file, the environment and the flags, names the variables,
 * and `.env.example` and the table in `docs/configuration.md` are made from it.
 */
export const configSchema: SchemaNode = {
  type: 'object',
  description: 'The configuration of Steward.',
  additionalProperties: false,
  properties: {
    bind: {
      type: 'string',
      format: 'host-port',
      'x-allowed': 'HOST:PORT, for example 127.0.0.1:8000 or [::1]:8000 (port 0: any free one)',
      description: 'The address to listen on, as HOST:PORT. Port 0 takes any free port.',
      default: '127.0.0.1:8000',
      examples: ['[::1]:8000']
    },
    db: {
      type: 'string',
      minLength: 1,
      description: 'The file of Steward\'s own database. It and its folder are created if need be.',
      default: './data/steward.db'
    },
    log: {
      type: 'object',
      description: 'Logging.',
      additionalProperties: false,
      properties: {
        level: {
          enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
          description: 'The least severe level that is logged.',
          default: 'info'
        }
      }
    },
    traces: tracesSchema,
    tls: tlsSchema,
    access: accessSchema,
    http: httpSchema,
    actions: actionsSchema,
    datastore: datastoreSchema,
    node: nodeSchema,
    service: serviceSettings,
    external_actions: externalActionsSchema,
    replicante: replicanteSchema,
    activeworkflow: activeworkflowSchema
  }
}
