import { shownErrorLength } from '../../domain/failure.js'
import { actionStates } from '../../domain/lifecycle.js'
import { examples } from './examples.js'

const date = { type: 'string', format: 'date-time' }
const dateOrNull = { type: ['string', 'null'], format: 'date-time' }

/** The state of an action, with what each means. */
export const stateSchema = {
  type: 'string',
  enum: actionStates,
  description: 'NEW waits, RUNNING is at work, DONE and FAILED are final.'
}

/** The id of an action. */
export const idSchema = { type: 'string', format: 'uuid', description: 'UUID, in lower case.' }

const failureSchema = {
  type: ['object', 'null'],
  required: ['reason', 'error'],
  description: 'Why it failed; null unless it is FAILED.',
  properties: {
    reason: {
      type: ['string', 'null'],
      description: 'As in the payload: `error`, `timeout`, `cancelled`, `interrupted` or `unavailable`. Null where it has none.'
    },
    error: {
      type: ['string', 'null'],
      maxLength: shownErrorLength,
      description: 'The sentence in the payload, or as much of it as fits. Null where it has none.'
    }
  }
}

const summaryProperties = {
  id: idSchema,
  kind: { type: 'string', description: 'What is to be done; /api/v1/kinds lists the kinds.' },
  state: stateSchema,
  lane: { type: 'string', description: 'Actions of one lane run one at a time, in the order of scheduling.' },
  requester: { type: 'string', description: 'What asked, in its own words.' },
  principal: { type: 'string', description: 'Who asked, as the agent knows it.' },
  protocol: { type: 'string', description: 'The protocol that the request came through; `api` is this one.' },
  remote_address: {
    type: ['string', 'null'], description: 'The address that the request came from; null for what older versions recorded.'
  },
  created_ts: { ...date, description: 'When it was created, by whoever created it.' },
  scheduled_ts: { ...date, description: 'When this agent recorded it.' },
  started_ts: { ...dateOrNull, description: 'When it began to run.' },
  finished_ts: { ...dateOrNull, description: 'When it became DONE or FAILED.' },
  cancel_requested_ts: { ...dateOrNull, description: 'When somebody asked to cancel it.' },
  failure: failureSchema,
  interruptions: { type: 'integer', minimum: 0, description: 'How often the agent stopped under it since its last progress.' },
  version: { type: 'integer', minimum: 1, description: 'Grows with every change.' }
}

const actionProperties = {
  ...summaryProperties,
  request_id: {
    type: ['string', 'null'],
    description: 'The X-Request-Id of the request that asked for it, by which the log tells of that; null where there was none, ' +
      'and for what older versions recorded.'
  },
  traceparent: {
    type: ['string', 'null'],
    description: 'The span that the action belongs below, as the header of W3C Trace Context: of the request where the agent ' +
      'records traces, else what the caller sent. Null where there is no trace.'
  },
  args: { description: 'The arguments; null when none were given.' },
  headers: { type: 'object', additionalProperties: { type: 'string' }, description: 'Metadata that came with the request.' },
  state_payload: { description: 'What the action last reported; null when nothing.' }
}

/** An action without the parts that may be large. */
export const actionSummarySchema = {
  $id: 'ActionSummary',
  type: 'object',
  required: Object.keys(summaryProperties),
  properties: summaryProperties
}

/** An action. */
export const actionSchema = {
  $id: 'Action',
  type: 'object',
  required: Object.keys(actionProperties),
  properties: actionProperties
}

/** One entry of a history. */
export const transitionSchema = {
  $id: 'Transition',
  type: 'object',
  required: ['timestamp', 'state', 'state_payload'],
  properties: {
    timestamp: { ...date, description: 'When the action came into this state. Never earlier than the entry before.' },
    state: stateSchema,
    state_payload: { description: 'What was reported with it.' }
  }
}

/** An action and its history. */
export const actionDetailSchema = {
  $id: 'ActionDetail',
  type: 'object',
  required: [...Object.keys(actionProperties), 'history'],
  properties: {
    ...actionProperties,
    history: { type: 'array', items: { $ref: 'Transition#' } }
  }
}

/** A page of a list. */
export const actionPageSchema = {
  $id: 'ActionPage',
  type: 'object',
  required: ['actions', 'next', 'gap'],
  properties: {
    actions: { type: 'array', items: { $ref: 'ActionSummary#' } },
    next: {
      type: ['string', 'null'],
      description: 'The cursor of the next page; null at the end. A page may be short, or empty, and still have one.'
    },
    gap: { type: 'boolean', description: 'True when actions between the cursor and this page have been pruned.' }
  }
}

/** What a caller sends to schedule an action. */
export const scheduleSchema = {
  $id: 'ActionRequest',
  type: 'object',
  required: ['kind'],
  additionalProperties: false,
  examples: [examples.request],
  properties: {
    kind: { type: 'string', minLength: 1, maxLength: 256, description: 'What is to be done; /api/v1/kinds lists the kinds.' },
    args: { description: 'Arguments that fit the schema of the kind.' },
    id: { type: 'string', maxLength: 128, description: 'UUID. Sending the same request with the same id again is harmless.' },
    created_ts: { ...date, description: 'When the request was created, if not now. Kept to the millisecond.' },
    requester: {
      type: 'string',
      minLength: 1,
      maxLength: 128,
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
      description: 'What asks, in its own words.'
    },
    headers: {
      type: 'object',
      maxProperties: 64,
      additionalProperties: { type: 'string', maxLength: 8192 },
      description: 'Metadata to keep with the action. Names in lower case; names that carry credentials are refused.'
    }
  }
}
