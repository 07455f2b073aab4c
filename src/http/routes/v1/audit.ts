import type { FastifyInstance } from 'fastify'
import { auditView } from '../../../audit-view.js'
import type { AuditQuery } from '../../../domain/audit.js'
import type { Scheduler } from '../../../domain/ports/scheduler.js'
import { parseInstant } from '../../../rfc3339.js'
import { nextLink } from '../../next-link.js'
import { examples } from '../../schemas/examples.js'
import { problemResponses } from '../../schemas/problem.js'
import { jsonResponse } from '../../schemas/shared.js'

interface Query {
  principal?: string
  protocol?: string
  address?: string
  kind?: string
  since?: string
  until?: string
  limit?: number
  cursor?: string
}

/** `GET /audit`: who asked for what, for administrators. */
export function auditRoute (app: FastifyInstance, { scheduler }: { scheduler: Scheduler }): void {
  const config = { access: 'admin' } as const

  app.get<{ Querystring: Query }>('/audit', { schema: auditOperation, config }, async ({ query }, reply) => {
    const page = scheduler.audit(toAuditQuery(query))
    if (page.next !== null) reply.header('link', nextLink('/api/v1/audit', { ...query, cursor: page.next }))
    return { entries: page.items.map(auditView), next: page.next, gap: page.gap }
  })
}

function toAuditQuery ({ principal, protocol, address, kind, since, until, limit = 100, cursor }: Query): AuditQuery {
  const [from, to] = [since, until].map(text => text === undefined ? null : parseInstant(text))
  return {
    filter: {
      ...principal === undefined ? {} : { principal },
      ...protocol === undefined ? {} : { protocol },
      ...address === undefined ? {} : { remoteAddress: address },
      ...kind === undefined ? {} : { kind },
      ...typeof from === 'number' ? { since: from } : {},
      ...typeof to === 'number' ? { until: to } : {}
    },
    limit,
    ...cursor === undefined ? {} : { cursor }
  }
}

const text = (maxLength: number, description: string): object => ({ type: 'string', maxLength, description })

const auditOperation = {
  operationId: 'listAudit',
  summary: 'Who asked for what',
  description: 'Who scheduled each action and who first wished to cancel it: principal, protocol and address. Newest action first. ' +
    'What `principal`, `protocol`, `address`, `since` and `until` say has to hold of one of the two. A page may be short, or even ' +
    'empty, and still have a `next`. Needs the scope `admin`.',
  tags: ['access'],
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      principal: text(256, 'Only what this principal asked for.'),
      protocol: text(64, 'Only what came through this protocol.'),
      address: text(64, 'Only what came from this address.'),
      kind: text(256, 'Only actions of this kind.'),
      since: { type: 'string', format: 'date-time', description: 'Only what was asked at this moment or later (RFC 3339).' },
      until: { type: 'string', format: 'date-time', description: 'Only what was asked before this moment (RFC 3339).' },
      limit: { type: 'integer', minimum: 1, maximum: 1000, description: 'At most so many; 100 by default.' },
      cursor: { type: 'string', minLength: 1, maxLength: 4096, description: 'The `next` of the page before, with the same filters.' }
    }
  },
  response: {
    200: jsonResponse({
      description: 'A page.',
      schema: 'AuditPage',
      example: examples.auditPage,
      headers: { link: { type: 'string', description: 'The next page, with `rel="next"`, where there is one.' } }
    }),
    ...problemResponses(['invalid-request', 'invalid-cursor', 'cursor-gone'])
  }
}
