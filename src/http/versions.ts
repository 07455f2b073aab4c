import type { FastifyInstance } from 'fastify'

/** A version of an API that the agent serves, and how long callers can count on it. */
export interface ApiVersion {
  readonly name: string
  /** The path below which it is served. */
  readonly path: string
  readonly status: 'stable' | 'unstable' | 'deprecated'
  /** Dates without a time, `2026-11-21`. */
  readonly since: string
  /** When it became deprecated: set when, and only when, the status says so. */
  readonly deprecated: string | null
  /** When it will be switched off, where that is decided. */
  readonly sunset: string | null
}

/** The versions of our own API. */
export const ownVersions: readonly ApiVersion[] = [
  { name: 'v1', path: '/api/v1', status: 'stable', since: '2026-11-21', deprecated: null, sunset: null }
]

/** Makes every answer of a deprecated version say so, in the headers of RFC 9745 and RFC 8594. */
export function announceDeprecation (scope: FastifyInstance, version: ApiVersion): void {
  if (version.status !== 'deprecated' || version.deprecated === null) return
  const deprecation = `@${Math.floor(Date.parse(version.deprecated) / 1000)}`
  const sunset = version.sunset === null ? null : new Date(version.sunset).toUTCString()
  scope.addHook('onRequest', async (_request, reply) => {
    reply.header('deprecation', deprecation).header('link', '</api>; rel="deprecation"')
    if (sunset !== null) reply.header('sunset', sunset)
  })
}
