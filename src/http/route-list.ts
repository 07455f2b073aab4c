import type { FastifyInstance } from 'fastify'

interface Listed {
  readonly pattern: RegExp
  readonly methods: Set<string>
}

/** The routes of a server by their patterns: what tells a wrong method from a wrong path. */
export type RouteList = Map<string, Listed>

/** Collects every route that is declared on the server or in a scope of it from now on. */
export function collectRoutes (app: FastifyInstance): RouteList {
  const routes: RouteList = new Map()
  app.addHook('onRoute', route => {
    const listed = routes.get(route.url) ?? { pattern: patternOf(route.url), methods: new Set<string>() }
    for (const method of [route.method].flat()) listed.methods.add(method)
    routes.set(route.url, listed)
  })
  return routes
}

/** The methods that a path takes, sorted; empty when there is nothing at the path. */
export function allowedMethods (routes: RouteList, path: string): string[] {
  const methods = new Set<string>()
  for (const listed of routes.values()) {
    if (listed.pattern.test(path)) for (const method of listed.methods) methods.add(method)
  }
  return [...methods].sort()
}

function patternOf (url: string): RegExp {
  const steps = url.split('/').map(step => {
    if (step === '*') return '.*'
    return step.startsWith(':') ? '[^/]+' : step.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${steps.join('/')}$`)
}
