import type { SchemaNode } from '../schema-node.js'
import { systemUser, workingDirectory } from '../supervisors/settings.js'

const command: SchemaNode = {
  type: 'array',
  minItems: 1,
  items: { type: 'string' },
  'x-allowed': 'a list with a program and its arguments, for example [/usr/local/bin/backup, start]'
}

const externalActionSchema: SchemaNode = {
  type: 'object',
  description: 'One external action: the commands that start, watch and stop work outside of the agent.',
  additionalProperties: false,
  required: ['description', 'action', 'check'],
  properties: {
    description: { type: 'string', minLength: 1, description: 'What the action does, in one sentence.' },
    action: {
      ...command,
      description: 'The command that starts the work and returns soon. No shell is involved.',
      examples: [['/usr/local/bin/backup', 'start']]
    },
    check: {
      ...command,
      description: 'The command that says how the work is: {"status": "running" | "finished" | "failed"}.',
      examples: [['/usr/local/bin/backup', 'check']]
    },
    cancel: {
      ...command,
      description: 'The command that stops the work. Without it, the work cannot be cancelled once it was started.',
      examples: [['/usr/local/bin/backup', 'stop']]
    },
    args: {
      type: 'object',
      description: 'A JSON Schema for the arguments of the action. Absent: anything.',
      examples: [{ type: 'object', properties: { full: { type: 'boolean' } }, additionalProperties: false }]
    },
    timeout_seconds: {
      type: 'number',
      minimum: 1,
      maximum: 2073600,
      description: 'How long the whole action may take.',
      default: 3600
    },
    command_timeout_seconds: {
      type: 'number',
      minimum: 0.1,
      maximum: 86400,
      description: 'How long each command may take.',
      default: 60
    },
    check_min_ms: {
      type: 'integer',
      minimum: 10,
      maximum: 3600000,
      description: 'The wait before the second check, in milliseconds. It doubles from check to check.',
      default: 100
    },
    check_max_ms: {
      type: 'integer',
      minimum: 10,
      maximum: 3600000,
      description: 'The longest wait between two checks, in milliseconds.',
      default: 5000
    },
    user: {
      ...systemUser,
      description: 'The system user that the commands run as, with its groups, HOME, USER and LOGNAME. ' +
        'Only an agent that runs as root can run them as another than its own.'
    },
    nice: {
      type: 'integer',
      minimum: 0,
      maximum: 19,
      description: 'How far the commands stand back for others on the processor: what nice(1) adds to the agent\'s niceness.',
      default: 0
    },
    working_directory: {
      ...workingDirectory,
      description: 'The working folder of the commands, which has to exist. ' +
        'Without it, they have one of their own: work/NAME beside the queue\'s database.'
    },
    env: {
      type: 'object',
      description: 'Environment variables for the commands, beside PATH, HOME, LANG and TZ.',
      additionalProperties: { type: 'string', 'x-secret': true, description: 'The value of one variable.' },
      propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$', 'x-allowed': 'letters, digits and _' },
      default: {}
    }
  }
}

/** The external actions, by name: each becomes the kind `external.agent.replicante.io/<name>`. */
export const externalActionsSchema: SchemaNode = {
  type: 'object',
  description: 'External actions by name: each becomes the kind external.agent.replicante.io/NAME.',
  additionalProperties: externalActionSchema,
  propertyNames: {
    pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$',
    'x-allowed': 'at most 100 letters, digits, - and _, the first a letter or digit'
  },
  examples: [{
    backup: {
      description: 'Back the database up',
      action: ['/usr/local/bin/backup', 'start'],
      check: ['/usr/local/bin/backup', 'check']
    }
  }],
  default: {}
}
