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
