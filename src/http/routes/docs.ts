import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { shorten } from '../../domain/json.js'
import { Problem } from '../../domain/problem.js'
import type { Documents } from '../openapi/documents.js'

/** The name of the document of our own API. */
export const ownDocument = 'steward.v1'

/** `/openapi.json`, `/openapi/{document}.json` and the Swagger UI at `/docs`. */
export async function docsRoutes (app: FastifyInstance, documents: Documents): Promise<void> {
  // The routes of the UI are declared by its plugin.
  app.addHook('onRoute', route => { route.config = { access: 'public', ...route.config } })

  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    return reply.type('application/json; charset=utf-8').send(documents.render(ownDocument))
  })

  app.get<{ Params: { file: string } }>('/openapi/:file', { schema: { hide: true } }, async (request, reply) => {
    const { file } = request.params
    const text = file.endsWith('.json') ? documents.render(file.slice(0, -'.json'.length)) : null
    if (text === null) throw new Problem('unknown-path', { params: { path: `/openapi/${shorten(file)}` } })
    return reply.type('application/json; charset=utf-8').send(text)
  })

  const ownFirst = [...documents.list()].sort((a, b) => Number(b.name === ownDocument) - Number(a.name === ownDocument))
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Steward' },
    uiConfig: {
      urls: ownFirst.map(({ name, title }) => ({ name: title, url: `/openapi/${name}.json` })),
      deepLinking: true,
      displayRequestDuration: true
    },
    staticCSP: {
      'default-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'object-src': ["'none'"],
      'base-uri': ["'none'"],
      'frame-ancestors': ["'none'"]
    }
  })
}
