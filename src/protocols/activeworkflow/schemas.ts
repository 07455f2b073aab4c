import { actionStates } from '../../domain/lifecycle.js'
import { methods } from './call.js'

const anything = { type: 'object', additionalProperties: true }
const object = (description: string) => ({ type: ['object', 'null'], additionalProperties: true, description })

/** What is taken. Unknown fields are not looked at, and what the published protocol does not promise may be missing. */
export const callSchema = {
  type: 'object',
  description: 'A call of one of the three methods.',
  required: ['method'],
  properties: {
    method: {
      type: 'string',
      enum: [...methods],
      description: '`register` tells of the agent type, `receive` takes a message, `check` runs on a schedule.'
    },
    params: {
      ...object('What the method works on; empty for `register`.'),
      properties: {
        options: object('The options of the agent; its description says what they are.'),
        memory: object('What the agent answered as its memory before.'),
        credentials: {
          type: ['array', 'object', 'null'],
          items: anything,
          additionalProperties: true,
          description: 'Credentials of the agent\'s owner, as a list of names and values or as an object. They are never read.'
        },
        message: {
          ...object('The message, for `receive`.'),
          properties: { payload: object('What the message says.') }
        }
      }
    }
  },
  examples: [
    {
      method: 'receive',
      params: {
        options: { kind: 'agent.replicante.io/test.ping', args: { count: 3 }, agent: 'pings', wait: 10 },
        memory: {},
        credentials: [],
        message: { id: 17, agent_id: 4, payload: { args: { count: 2 } } }
      }
    },
    { method: 'register', params: {} },
    { method: 'check', params: { options: { agent: 'pings' }, memory: {}, credentials: [], message: null } }
  ]
}

/** The query string: the one place where the client can carry a secret. */
export const querySchema = {
  type: 'object',
  properties: {
    token: {
      type: ['string', 'array'],
      items: { type: 'string' },
      description: 'A token, where the agent asks for one. Anything else in the query is not looked at.'
    }
  }
}

/** The payload of a message that tells of an action. */
const actionMessage = {
  type: 'object',
  description: 'An action: scheduled just now, or finished.',
  required: ['action_id', 'kind', 'state', 'state_payload', 'created_ts', 'scheduled_ts', 'finished_ts'],
  additionalProperties: false,
  properties: {
    action_id: { type: 'string', description: 'The action. The same outcome can come twice: this tells.' },
    kind: { type: 'string' },
    state: { type: 'string', enum: [...actionStates] },
    state_payload: { description: 'What the action reports; null when nothing.' },
    state_payload_left_out: { type: 'string', description: 'Why the payload is not there: the client could not read it.' },
    error: { type: 'string', description: 'Why the action failed.' },
    created_ts: { type: 'string', description: 'RFC 3339 in UTC; the time of the message that asked for it.' },
    scheduled_ts: { type: 'string', description: 'RFC 3339 in UTC.' },
    finished_ts: { type: ['string', 'null'], description: 'RFC 3339 in UTC; null before.' },
    message_id: { type: 'string', description: 'The message that asked for it, if one did.' },
    source_agent_id: { type: 'string', description: 'The agent that emitted that message.' }
  }
}

const texts = { type: 'array', items: { type: 'string' } }

/** What is answered: the description of the type for `register`, what is to be applied for the others. */
const answerSchema = {
  type: 'object',
  description: 'The result.',
  required: ['result'],
  properties: {
    result: {
      type: 'object',
      additionalProperties: false,
      properties: {
        name: { type: 'string', description: 'Of `register`: the class name of the agent type.' },
        display_name: { type: 'string', description: 'Of `register`: its name for people.' },
        description: { type: 'string', description: 'Of `register`: what it does, in Markdown.' },
        default_options: { ...anything, description: 'Of `register`: what the options of a new agent begin with.' },
        errors: { ...texts, description: 'What went wrong and will not get better by trying again.' },
        logs: { ...texts, description: 'What happened.' },
        memory: { ...anything, description: 'Of `check`: the new memory; it replaces all of the old one.' },
        messages: { type: 'array', items: actionMessage, description: 'Payloads of the messages that the agent emits.' }
      }
    }
  },
  examples: [{
    result: {
      logs: ['Scheduled agent.replicante.io/test.ping as 0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11.'],
      messages: [{
        action_id: '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11',
        kind: 'agent.replicante.io/test.ping',
        state: 'NEW',
        state_payload: null,
        created_ts: '2026-11-21T09:30:00.000Z',
        scheduled_ts: '2026-11-21T09:30:00.000Z',
        finished_ts: null,
        message_id: '17',
        source_agent_id: '4'
      }]
    }
  }]
}

const errorSchema = {
  type: 'object',
  description: 'An error. Without a `result` ActiveWorkflow tries again; where that would not help, there is one.',
  required: ['error'],
  additionalProperties: false,
  properties: {
    error: { type: 'string', description: 'What went wrong, in one sentence.' },
    result: { type: 'object', properties: { errors: texts }, description: 'The same, for the log of the agent.' }
  },
  examples: [{ error: 'The agent is stopping and takes nothing new.' }]
}

const errorDescriptions = {
  400: 'The body is no call.',
  401: 'Not authenticated.',
  403: 'Not allowed, or actions are disabled.',
  404: 'There is no such kind.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'The queue is full; the header Retry-After says when to try again.',
  500: 'A defect of the agent; its log has the details.',
  503: 'The agent is stopping, or its database cannot be written.',
  507: 'The disk is full.'
}

const retryAfter = { type: 'string', description: 'Seconds after which to try again.' }

/** The answers of the routes. */
export const responses = {
  200: { ...answerSchema, description: 'What came of it. What will not get better by trying again is in `errors`.' },
  ...Object.fromEntries(Object.entries(errorDescriptions).map(([status, description]) => {
    const headers = status === '429' || status === '503' ? { headers: { 'retry-after': retryAfter } } : {}
    return [status, { ...errorSchema, description, ...headers }]
  }))
}
