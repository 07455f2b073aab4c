import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { Access, Credentials, PeerCertificate } from '../domain/ports/access.js'
import type { RouteAccess } from '../route-access.js'

/** A route of the server, and what it asks of who uses it. */
export interface DecidedRoute {
  readonly method: string
  /** As it was declared: `:name` and `*` stand for anything. */
  readonly path: string
  readonly access: RouteAccess
}

interface Deciding {
  readonly access: Access
  /** The verified certificate of a connection's peer. */
  readonly certificateOf: (socket: Socket) => PeerCertificate | undefined
}

/**
 * Asks access about every request to every route, before its body is read: each route says in its `config` what it
 * needs (see `RouteAccess`), whichever protocol it belongs to. Returns what lists them, and throws when one was
 * declared without.
 */
export function installAccess (app: FastifyInstance, { access, certificateOf }: Deciding): () => DecidedRoute[] {
  const declared: RouteOptions[] = []

  app.decorateRequest('principal', null)
  app.addHook('onRoute', route => {
    // Read later: whoever declares routes of others adds to their configuration after this.
    declared.push(route)
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const { access: needed, tokenInUrl = false } = request.routeOptions.config
    if (needed === undefined) throw new Error(`nobody has said who may use ${request.routeOptions.url ?? 'this route'}`)
    if (needed !== 'public') {
      const principal = access.identify(credentialsOf(request, { tokenInUrl, certificateOf }))
      if (needed !== 'known') access.authorize(principal, { scope: needed })
      request.principal = principal
    }
    done()
  })

  return () => declared.flatMap(({ method, url: path, config }) => {
    const needed = config?.access
    if (needed === undefined) throw new Error(`nobody has said who may use ${path}`)
    return [method].flat().map(each => ({ method: each, path, access: needed }))
  })
}

interface Looking extends Pick<Deciding, 'certificateOf'> {
  readonly tokenInUrl: boolean
}

function credentialsOf (request: FastifyRequest, { tokenInUrl, certificateOf }: Looking): Credentials {
  const { headers, ip: remoteAddress, raw: { socket } } = request
  const { authorization } = headers
  const urlToken = tokenInUrl ? tokenOf(request.query) : undefined
  const certificate = certificateOf(socket)
  return {
    remoteAddress,
    forwarded: wasForwarded(headers),
    ...authorization === undefined ? {} : { authorization },
    ...urlToken === undefined ? {} : { urlToken },
    ...certificate === undefined ? {} : { certificate }
  }
}

function tokenOf (query: unknown): string | undefined {
  const { token } = query as { token?: string | string[] }
  // Of several none is chosen: together they are no token.
  return Array.isArray(token) ? token.join(' ') : token
}

/** What proxies add. A request without may still have come through one: then nothing tells. */
const marksOfProxies = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via']

function wasForwarded (headers: IncomingHttpHeaders): boolean {
  return marksOfProxies.some(name => headers[name] !== undefined)
}
