import type { FastifyInstance } from 'fastify'
import type { ClassicMetrics } from '../metrics.js'
import { responses } from '../schemas.js'

interface Deps {
  readonly metrics: ClassicMetrics
}

/** Declares what tells of the agent's own workings. */
export function introspectRoutes (scope: FastifyInstance, { metrics }: Deps): void {
  const { 200: _, ...errors } = responses({ schema: {}, description: '' })
  scope.get('/introspect/metrics', {
    config: { access: 'read' },
    schema: {
      operationId: 'getMetrics',
      summary: 'Metrics in the Prometheus text format',
      tags: ['introspect'],
      response: {
        200: {
          description: 'The metrics, under the names that classic agents have.',
          content: { 'text/plain': { schema: { type: 'string' } } }
        },
        ...errors
      }
    }
  }, async (_request, reply) => await reply.type(metrics.contentType).send(await metrics.text()))
}
