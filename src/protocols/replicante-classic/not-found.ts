import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../domain/problem.js'

interface Declared {
  readonly pattern: RegExp
  readonly methods: readonly string[]
}

/**
 * Answers what the scope's routes do not: 405 with `Allow` where the path has a route of another method, else 404.
 * To be called before the routes are declared.
 */
export function handleNotFound (scope: FastifyInstance): void {
  const routes: Declared[] = []
  scope.addHook('onRoute', ({ url, method }) => {
    routes.push({ pattern: patternOf(url), methods: [method].flat() })
  })
  scope.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const allowed = [...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))].sort().join(', ')
    if (allowed === '') throw new Problem('unknown-path', { params: { path: shorten(path) } })
    reply.header('allow', allowed)
    throw new Problem('method-not-allowed', { params: { path: shorten(path), method: request.method, allowed } })
  })
}

/** A route's URL as a pattern: `:name` stands for one step of the path, `*` for the rest. */
function patternOf (url: string): RegExp {
  const steps = url.split('/').map(step => {
    if (step === '*') return '.*'
    return step.startsWith(':') ? '[^/]+' : step.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${steps.join('/')}$`)
}

function shorten (path: string): string {
  return path.length > 200 ? `${path.slice(0, 200)}...` : path
}
