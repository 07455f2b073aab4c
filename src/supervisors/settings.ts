import type { SchemaNode } from '../schema-node.js'

/** The service that the datastore runs as, and who starts and stops it. */
export interface ServiceSettings {
  readonly supervisor: 'none' | 'systemd' | 'commands'
  readonly options: {
    /** The unit, for `systemd`. */
    readonly service_name: string | null
    /** The commands, for `commands`. */
    readonly pid: readonly string[]
    readonly start: readonly string[]
    readonly stop: readonly string[]
    /** Whom the commands run as, for `commands`; null: the agent's user. */
    readonly user: string | null
    /** Where the commands run, for `commands`; null: where the agent does. */
    readonly working_directory: string | null
    /** How long each command may take. */
    readonly timeout_seconds: number
  }
}

const command: SchemaNode = {
  type: 'array',
  items: { type: 'string' },
  'x-allowed': 'a list with a program and its arguments, for example [/usr/local/bin/db, start]',
  default: []
}

/** A user of this machine whom commands run as. Names as useradd(8) takes them. */
export const systemUser = {
  type: ['string', 'null'],
  pattern: '^[A-Za-z_][A-Za-z0-9_.-]*\\$?$',
  maxLength: 32,
  'x-allowed': 'the name of a system user, or null',
  default: null,
  examples: ['postgres']
} as const satisfies SchemaNode

/** A folder that commands run in. */
export const workingDirectory = {
  type: ['string', 'null'],
  pattern: '^/',
  'x-allowed': 'the whole path of a folder, or null',
  default: null
} as const satisfies SchemaNode

/** The settings below `service`. */
export const serviceSettings: SchemaNode = {
  type: 'object',
  description: 'The service that the datastore runs as, and who starts and stops it.',
  additionalProperties: false,
  properties: {
    supervisor: {
      enum: ['none', 'systemd', 'commands'],
      description: 'Who starts and stops the service. With none, there are no kinds for it.',
      default: 'none'
    },
    options: {
      type: 'object',
      description: 'What the supervisor needs to know.',
      additionalProperties: false,
      properties: {
        service_name: {
          type: ['string', 'null'],
          pattern: '^[A-Za-z0-9:_.@\\\\][A-Za-z0-9:_.@\\\\-]*$',
          maxLength: 255,
          'x-allowed': 'the name of a unit, such as postgresql@15-main, or null',
          description: 'The unit of the service, for systemd.',
          default: null,
          examples: ['postgresql@15-main']
        },
        pid: {
          ...command,
          description: 'For commands: prints the process id and nothing else, or nothing when the service does not run.',
          examples: [['/usr/local/bin/db', 'pid']]
        },
        start: {
          ...command,
          description: 'For commands: starts the service; does nothing when it runs.',
          examples: [['/usr/local/bin/db', 'start']]
        },
        stop: {
          ...command,
          description: 'For commands: stops the service; does nothing when it does not run.',
          examples: [['/usr/local/bin/db', 'stop']]
        },
        user: {
          ...systemUser,
          description: 'For commands: the system user that they run as, and so the service that they start. ' +
            'Only an agent that runs as root can run them as another than its own.',
          examples: ['redis']
        },
        working_directory: {
          ...workingDirectory,
          description: 'For commands: their working folder, which has to exist. Without it, the agent\'s.'
        },
        timeout_seconds: {
          type: 'number',
          minimum: 0.1,
          maximum: 86400,
          description: 'How long each command of the supervisor may take.',
          default: 120
        }
      }
    }
  }
}
