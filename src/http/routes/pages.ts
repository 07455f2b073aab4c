import type { FastifyInstance, FastifyReply } from 'fastify'
import { shorten } from '../../domain/json.js'
import { Problem, problems, type ProblemCode } from '../../domain/problem.js'
import { statusOf } from '../../http-status.js'
import { problemResponses } from '../schemas/problem.js'
import { ownVersions } from '../versions.js'
import { landingPage, landingText, problemPage, type LandingParts } from '../pages.js'

/** `/`, `/api` and `/problems/{code}`: what a newcomer reads. */
export function pageRoutes (app: FastifyInstance, parts: LandingParts): void {
  const config = { access: 'public' } as const

  app.get('/', { schema: rootOperation, config }, async (request, reply) => {
    reply.header('vary', 'accept, origin')
    if (prefersHtml(request.headers.accept)) return html(reply).send(landingPage(parts))
    return reply.type('text/plain; charset=utf-8').send(landingText(parts))
  })

  app.get('/api', { schema: versionsOperation, config }, async () => ({ versions: ownVersions }))

  app.get<{ Params: { code: string } }>('/problems/:code', { schema: problemOperation, config }, async (request, reply) => {
    const { code } = request.params
    if (!isProblemCode(code)) throw new Problem('unknown-path', { params: { path: `/problems/${shorten(code)}` } })
    const { title, category, detail } = problems[code]
    const page = { type: `/problems/${code}`, title, status: statusOf[category], description: detail }
    reply.header('vary', 'accept, origin')
    if (prefersHtml(request.headers.accept)) return html(reply).send(problemPage(page))
    return page
  })
}

/** HTML that loads nothing and stands in no frame. */
function html (reply: FastifyReply): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
}

/** True when a browser asks: it names HTML, and programs that take anything do not. */
function prefersHtml (accept: string | undefined): boolean {
  return accept?.includes('text/html') ?? false
}

function isProblemCode (code: string): code is ProblemCode {
  return Object.hasOwn(problems, code)
}

const rootOperation = {
  operationId: 'getRoot',
  summary: 'What this is',
  description: 'A short page that says where things are: text, or HTML for browsers.',
  tags: ['about'],
  response: {
    200: { description: 'The page.', content: { 'text/plain': { schema: { type: 'string' } }, 'text/html': { schema: { type: 'string' } } } },
    ...problemResponses([])
  }
}

const dateOrNull = { type: ['string', 'null'], format: 'date' }

const versionsOperation = {
  operationId: 'listApiVersions',
  summary: 'The versions of the API',
  description: 'Each with its status and dates. A deprecated version answers with the headers Deprecation and Sunset.',
  tags: ['about'],
  response: {
    200: {
      description: 'The versions.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['versions'],
            properties: {
              versions: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['name', 'path', 'status', 'since', 'deprecated', 'sunset'],
                  properties: {
                    name: { type: 'string' },
                    path: { type: 'string' },
                    status: { type: 'string', enum: ['stable', 'unstable', 'deprecated'] },
                    since: { type: 'string', format: 'date' },
                    deprecated: { ...dateOrNull, description: 'When it became deprecated.' },
                    sunset: { ...dateOrNull, description: 'When it will be switched off.' }
                  }
                }
              }
            }
          },
          example: { versions: ownVersions }
        }
      }
    },
    ...problemResponses([])
  }
}

const problemOperation = {
  operationId: 'getProblem',
  summary: 'What a problem means',
  description: 'The `type` of every problem leads here: JSON, or HTML for browsers.',
  tags: ['about'],
  params: { type: 'object', required: ['code'], properties: { code: { type: 'string', examples: ['queue-full'] } } },
  response: {
    200: {
      description: 'The problem.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['type', 'title', 'status', 'description'],
            properties: {
              type: { type: 'string' },
              title: { type: 'string' },
              status: { type: 'integer' },
              description: { type: 'string', description: 'What an answer says of it; names in braces are filled in.' }
            }
          },
          example: { type: '/problems/queue-full', title: problems['queue-full'].title, status: 429, description: problems['queue-full'].detail }
        },
        'text/html': { schema: { type: 'string' } }
      }
    },
    ...problemResponses(['invalid-request', 'unknown-path'])
  }
}
