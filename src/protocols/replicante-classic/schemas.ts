import { actionStates } from '../../domain/lifecycle.js'
import { listLimit } from './lists.js'
import { requesters } from './models.js'

/** An object whose fields are all required and all known. */
function record (description: string, properties: Record<string, object>): object {
  return { type: 'object', description, properties, required: Object.keys(properties), additionalProperties: false }
}

const date = { type: 'string', format: 'date-time', description: 'RFC 3339 in UTC.' }
const text = { type: 'string' }
const nullableText = { type: ['string', 'null'] }
const state = { type: 'string', enum: [...actionStates] }
const exampleId = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'
const id = { type: 'string', format: 'uuid', description: 'UUID of the action.', examples: [exampleId] }
const kind = { type: 'string', description: 'Type of the action.', examples: ['agent.replicante.io/test.ping'] }
const payload = { description: 'What the action reports of its state; null when nothing.' }
const requester = { type: 'string', enum: [...requesters] }

/** The agent: `GET info/agent`. */
export const agentSchema = record('The agent.', {
  version: record('What the agent was built from.', {
    number: { type: 'string', description: 'SemVer.', examples: ['0.1.0'] },
    checkout: { type: 'string', description: 'VCS commit, `unknown` where that cannot be told.' },
    taint: { type: 'string', description: '`not tainted` or `tainted`.', examples: ['not tainted'] }
  })
})

/** The datastore: `GET info/datastore`. */
export const datastoreSchema = record('The datastore.', {
  cluster_display_name: { ...nullableText, description: 'Name of the cluster for people, where there is one.' },
  cluster_id: text,
  kind: { type: 'string', description: 'Name of the datastore driver.', examples: ['sqlite'] },
  node_id: text,
  id: { type: 'string', description: 'The same as `node_id`: the published protocol calls it so.' },
  version: { type: 'string', description: 'Version of the datastore.', examples: ['3.53.2'] }
})

/** A text for the known words, an object with one key for any other. */
function tagged (known: readonly string[], tag: string): object {
  return { anyOf: [{ type: 'string', enum: known }, record('Any other.', { [tag]: text })] }
}

function offset (description: string): object {
  return {
    ...record(description, {
      unit: tagged(['seconds'], 'unit'),
      value: { type: 'integer', format: 'int64', description: 'Signed 64-bit integer, in exact digits.' }
    }),
    type: ['object', 'null']
  }
}

/** The shards: `GET shards`. */
export const shardsSchema = record('The shards on this node.', {
  shards: {
    type: 'array',
    items: record('A part of the data that this node holds.', {
      id: text,
      role: tagged(['primary', 'secondary'], 'unknown'),
      commit_offset: offset('How far this node has written; null when unknown.'),
      lag: offset('How far it is behind the primary; null when it is the primary or cannot tell.')
    })
  }
})

/** A list of actions: `GET actions/finished` and `GET actions/queue`. */
export const listSchema = {
  type: 'array', maxItems: listLimit, items: record('An action in short.', { id, kind, state })
}

/** An action with its history: `GET actions/info/{id}`. */
export const actionInfoSchema = record('An action and its history.', {
  action: record('The action.', {
    args: { description: 'Arguments of any form; null when none were given.' },
    created_ts: date,
    finished_ts: { ...date, type: ['string', 'null'], description: 'When it entered DONE or FAILED; null before.' },
    headers: { type: 'object', additionalProperties: text, description: 'Metadata: the headers it was scheduled with.' },
    id,
    kind,
    requester,
    scheduled_ts: date,
    state,
    state_payload: payload
  }),
  history: {
    type: 'array',
    description: 'Newest first; the last is NEW.',
    items: record('One transition.', { action_id: id, timestamp: date, state, state_payload: payload })
  }
})

/** What scheduling answers: `POST actions/schedule/{kind}`. */
export const scheduledSchema = record('The action was recorded.', { id })

/** What scheduling takes. Every field may be absent or null; unknown fields are not looked at. */
export const scheduleBodySchema = {
  type: ['object', 'null'],
  description: 'The request. It may be absent.',
  properties: {
    action_id: { type: ['string', 'null'], format: 'uuid', description: 'Id for the action; one is made when absent.' },
    args: { description: 'Arguments for the kind.' },
    created_ts: { type: ['string', 'null'], format: 'date-time', description: 'When it was first created, with any offset; kept to the millisecond.' },
    requester: { type: ['string', 'null'], enum: [...requesters, null] }
  },
  examples: [{ args: { count: 3 }, requester: 'CORE_API' }]
}

const errorSchema = {
  type: 'object',
  description: 'An error.',
  properties: {
    error: { type: 'string', description: 'One sentence: what went wrong.' },
    layers: { type: 'array', items: text, description: 'What is below it, outermost first.' },
    trace: nullableText,
    variant: { ...nullableText, description: 'Name of the error, for programs.' },
    kind: { type: 'string', description: 'Only of refused arguments: `InvalidArgs`.' }
  },
  required: ['error', 'layers', 'trace', 'variant'],
  additionalProperties: false,
  examples: [{ error: 'an action with this id exists already', layers: [], trace: null, variant: 'ActionAlreadyExists' }]
}

const errorDescriptions = {
  400: 'The request is not valid.',
  401: 'Not authenticated.',
  403: 'Not allowed, or actions are disabled.',
  404: 'There is no such action.',
  409: 'The id is taken: the variant is `ActionAlreadyExists`.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'The queue is full; the header Retry-After says when to try again.',
  500: 'A defect of the agent; its log has the details.',
  503: 'The agent is stopping, or the datastore does not answer.',
  507: 'The disk is full.'
} as const

interface Success {
  readonly schema: object
  readonly description: string
}

type ErrorStatus = keyof typeof errorDescriptions

/** Response schemas for a route: its success and the errors it can have. Every route can have 401, 403, 500 and 503. */
export function responses (success: Success, errors: readonly ErrorStatus[] = []): Record<number, object> {
  const statuses = [...new Set([...errors, 401, 403, 500, 503] as const)].sort()
  return {
    200: { ...success.schema, description: success.description },
    ...Object.fromEntries(statuses.map(status => [status, { ...errorSchema, description: errorDescriptions[status] }]))
  }
}
