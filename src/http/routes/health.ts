import type { FastifyInstance, FastifyReply } from 'fastify'
import type { HttpDeps } from '../deps.js'
import { problemResponses } from '../schemas/problem.js'
import { livePath } from '../shutdown.js'

type Deps = Pick<HttpDeps, 'metrics' | 'readiness'>

/** `/livez`, `/readyz` and `/metrics`: what machines ask all the time. */
export function healthRoutes (app: FastifyInstance, { metrics, readiness }: Deps): void {
  app.get(livePath, { schema: liveOperation, config: { access: 'public' } }, async (_request, reply) => text(reply).send('ok\n'))

  app.get('/readyz', { schema: readyOperation, config: { access: 'public' } }, async (_request, reply) => {
    const trouble = readiness()
    return trouble === null ? text(reply).send('ok\n') : text(reply).code(503).send(`${trouble}\n`)
  })

  app.get('/metrics', {
    schema: metricsOperation,
    config: { access: 'read' }
  }, async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
}

function text (reply: FastifyReply): FastifyReply {
  return reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store')
}

function plain (description: string, example: string): object {
  return { description, content: { 'text/plain': { schema: { type: 'string' }, example } } }
}

const liveOperation = {
  operationId: 'getLiveness',
  summary: 'Whether the process lives',
  description: 'Touches nothing: as long as the process can answer, this does.',
  tags: ['health'],
  response: { 200: plain('It lives.', 'ok\n'), ...problemResponses([]) }
}

const readyOperation = {
  operationId: 'getReadiness',
  summary: 'Whether the database can be written and, unless actions are disabled, the executor runs',
  description: 'Ready means that the database can be written and actions are carried out, not that the datastore is up.',
  tags: ['health'],
  response: {
    ...problemResponses([]),
    200: plain('It is ready.', 'ok\n'),
    503: plain('It is not ready; the body says why.', 'the disk that holds the database is full\n')
  }
}

const metricsOperation = {
  operationId: 'getMetrics',
  summary: 'Figures for Prometheus',
  description: 'The text format of Prometheus.',
  tags: ['health'],
  response: {
    200: plain('The figures.', '# HELP steward_queue_depth Actions that wait or run.\n'),
    ...problemResponses([])
  }
}
