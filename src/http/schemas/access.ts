import { idSchema, stateSchema } from './action.js'

/** Who asks. */
export const principalSchema = {
  $id: 'Principal',
  type: 'object',
  required: ['name', 'method', 'scopes', 'remote_address'],
  properties: {
    name: { type: 'string', description: 'The name that is recorded with what you ask for.' },
    method: { type: 'string', enum: ['token', 'certificate', 'local', 'anonymous'], description: 'How it was found out.' },
    scopes: {
      type: 'array',
      items: { type: 'string' },
      description: '`read`, `cancel`, `schedule`, `schedule:GLOB` (kinds that match), or `admin`, which is all of them.'
    },
    remote_address: { type: 'string', description: 'The address that your requests come from.' }
  }
}

const asked = {
  required: ['timestamp', 'principal', 'protocol', 'remote_address'],
  properties: {
    timestamp: { type: 'string', format: 'date-time' },
    principal: { type: 'string' },
    protocol: { type: 'string' },
    remote_address: { type: ['string', 'null'], description: 'Null for what older versions recorded.' }
  }
}

/** A page of the audit. */
export const auditPageSchema = {
  $id: 'AuditPage',
  type: 'object',
  required: ['entries', 'next', 'gap'],
  properties: {
    entries: {
      type: 'array',
      items: {
        type: 'object',
        required: ['action_id', 'kind', 'state', 'requester', 'scheduled', 'cancelled'],
        properties: {
          action_id: idSchema,
          kind: { type: 'string' },
          state: stateSchema,
          requester: { type: 'string', description: 'What asked, in its own words.' },
          scheduled: { type: 'object', ...asked, description: 'Who scheduled it.' },
          cancelled: { type: ['object', 'null'], ...asked, description: 'Who first wished to end it.' }
        }
      }
    },
    next: { type: ['string', 'null'], description: 'The cursor of the next page; null at the end.' },
    gap: { type: 'boolean', description: 'True when actions between the cursor and this page have been pruned.' }
  }
}
