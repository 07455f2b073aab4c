import { actionStates } from '../../domain/lifecycle.js'
import { listLimit } from './lists.js'

/** An object of known fields, all of which are there. */
function record (description: string, properties: Record<string, object>): object {
  return { type: 'object', description, properties, required: Object.keys(properties), additionalProperties: false }
}

const text = { type: 'string' }
const nullableText = { type: ['string', 'null'] }
const date = { type: 'string', format: 'date-time', description: 'RFC 3339 in UTC.' }
const id = { type: 'string', format: 'uuid', description: 'UUID of the action.' }
const kind = { type: 'string', description: 'Type of the action.' }
const phase = { type: 'string', enum: [...actionStates] }
const metadata = { type: 'object', additionalProperties: text, description: 'Texts by name, as they were sent.' }

const attributes = {
  type: 'object',
  description: 'Further facts, by name.',
  additionalProperties: { type: ['boolean', 'number', 'string', 'null'] }
}

/** One of the known words, or an object whose one key is the tag and whose value is another word. */
function wordOrTagged (words: readonly string[], tag: string): object {
  return { anyOf: [{ type: 'string', enum: words }, record('Anything else.', { [tag]: text })] }
}

/** The node: `GET info/node`. */
export const nodeSchema = record('The node.', {
  address: {
    type: 'object',
    description: 'Addresses by their use, as they are configured; there may be others beside these two.',
    properties: {
      client: { ...nullableText, description: 'Where clients of the datastore connect to.' },
      member: { ...nullableText, description: 'Where other members of the cluster connect to.' }
    },
    required: ['client', 'member'],
    additionalProperties: text
  },
  agent_version: record('What the agent was built from.', {
    checkout: { type: 'string', description: 'VCS commit, `unknown` where that cannot be told.' },
    number: { type: 'string', description: 'SemVer.' },
    taint: { type: 'string', description: '`not tainted` or `tainted`.' }
  }),
  attributes,
  node_id: text,
  node_status: {
    description: 'How the node is; a status that is not known comes with its reason.',
    ...wordOrTagged(
      ['UNAVAILABLE', 'NOT_IN_CLUSTER', 'JOINING_CLUSTER', 'LEAVING_CLUSTER', 'UNHEALTHY', 'HEALTHY'], 'UNKNOWN'
    )
  },
  store_id: { type: 'string', description: 'Name of the datastore driver.' },
  store_version: {
    type: 'object',
    description: 'Version of the datastore.',
    properties: {
      checkout: { type: 'string', description: 'VCS commit; absent where the datastore does not tell.' },
      number: { type: 'string', description: 'SemVer, or as near to it as the datastore comes; `unknown` while it is down.' },
      extra: { type: 'string', description: 'More, in the datastore\'s own words; absent where there is nothing.' }
    },
    required: ['number'],
    additionalProperties: false
  }
})

/** The cluster: `GET info/store`. */
export const storeSchema = record('The cluster that the node belongs to.', { cluster_id: text, attributes })

const offset = {
  unit: wordOrTagged(['milliseconds', 'seconds'], 'unit'),
  value: { type: 'integer', format: 'int64', description: 'Signed 64-bit integer, in exact digits.' }
}

/** The shards: `GET info/shards`. */
export const shardsSchema = record('The shards on this node.', {
  shards: {
    type: 'array',
    items: record('A part of the data that this node holds.', {
      id: text,
      role: wordOrTagged(['Primary', 'Secondary', 'Recovering'], 'Other'),
      commit_offset: record('How far this node has written; 0 with the unit `unknown` where it cannot tell.', offset),
      lag: {
        ...record('How far it is behind the primary; null when it is the primary or cannot tell.', offset),
        type: ['object', 'null']
      }
    })
  }
})

/** A list of actions: `GET actions/finished` and `GET actions/queue`. */
export const listSchema = record('Actions, by the order of scheduling.', {
  actions: { type: 'array', maxItems: listLimit, items: record('An action in short.', { id, kind, phase }) }
})

/** An action in full: `GET action/{id}`. */
export const executionSchema = record('An action.', {
  args: { description: 'Arguments of any form; null when none were given.' },
  created_time: { ...date, description: 'When it was first created, by whoever created it. RFC 3339 in UTC.' },
  finished_time: { ...date, type: ['string', 'null'], description: 'When it entered DONE or FAILED; null before.' },
  id,
  kind,
  metadata,
  scheduled_time: { ...date, description: 'When this agent recorded it. RFC 3339 in UTC.' },
  state: record('How it stands.', {
    error: {
      type: ['object', 'null'],
      description: 'What went wrong, once the phase is FAILED.',
      properties: {
        error: { type: 'string', description: 'One sentence.' },
        layers: { type: 'array', items: text, description: 'What is below it, outermost first.' },
        trace: nullableText,
        variant: { ...nullableText, description: 'Name of the error, for programs.' },
        reason: { type: 'string', description: '`error`, `timeout`, `cancelled`, `interrupted` or `unavailable`.' }
      },
      additionalProperties: true
    },
    payload: { description: 'What the action reports of itself, of any form; null when nothing.' },
    phase
  })
})

/** What scheduling takes: `POST action`. All but the kind may be absent or null; unknown fields are not looked at. */
export const requestSchema = {
  type: 'object',
  description: 'The action that is asked for.',
  required: ['kind'],
  properties: {
    kind,
    args: { description: 'Arguments for the kind.' },
    created_time: {
      type: ['string', 'null'], format: 'date-time', description: 'When it was first created. RFC 3339, and in UTC; kept to the millisecond.'
    },
    id: { type: ['string', 'null'], format: 'uuid', description: 'Id for the action; one is made when absent.' },
    metadata: {
      ...metadata,
      type: ['object', 'null'],
      description: 'Texts by name, kept as they are. What is named as a header that carries credentials is left out.'
    }
  }
}

/** What scheduling answers. */
export const scheduledSchema = record('The action was recorded.', { id })
