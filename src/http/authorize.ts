import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { Access, Credentials, PeerCertificate } from '../domain/ports/access.js'
import { Problem } from '../domain/problem.js'
import type { RouteAccess } from '../route-access.js'
import { countOf } from './guard.js'

/** A route of the server, and what it asks of who uses it. */
export interface DecidedRoute {
  readonly method: string
  /** As it was declared: `:name` and `*` stand for anything. */
  readonly path: string
  readonly access: RouteAccess
}

/** What decides who a request is from. */
export interface Deciding {
  readonly access: Access
  /** The verified certificate of a connection's peer. */
  readonly certificateOf: (socket: Socket) => PeerCertificate | undefined
  /** Why the certificate of a connection's peer was not taken. */
  readonly certificateRefusalOf: (socket: Socket) => string | undefined
}

/**
 * Asks access about every request to every route, before its body is read: each route says in its `config` what it
 * needs (see `RouteAccess`), whichever protocol it belongs to. Returns what lists them, and throws when one was
 * declared without.
 */
export function installAccess (app: FastifyInstance, deciding: Deciding): () => DecidedRoute[] {
  const { access } = deciding
  const requireValid = createRecheck(deciding)
  // Made once: this runs for every request.
  const [looking, lookingInUrl] = [{ ...deciding, tokenInUrl: false }, { ...deciding, tokenInUrl: true }]
  const declared: RouteOptions[] = []

  app.decorateRequest('principal', null)
  app.addHook('onRoute', route => {
    // Read later: whoever declares routes of others adds to their configuration after this.
    declared.push(route)
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const { config: { access: needed, tokenInUrl = false }, url } = request.route
    if (needed === undefined) throw new Error(`nobody has said who may use ${url ?? 'this route'}`)
    if (needed !== 'public') {
      const principal = access.identify(credentialsOf(request, tokenInUrl ? lookingInUrl : looking))
      // First, so that the log says who was refused.
      request.principal = principal
      if (needed !== 'known') access.authorize(principal, { scope: needed })
    }
    done()
  })
  // Its body may have taken its time to come.
  app.addHook('preHandler', (request, _reply, done) => {
    requireValid(request)
    done()
  })

  return () => declared.flatMap(({ method, url: path, config }) => {
    const needed = config?.access
    if (needed === undefined) throw new Error(`nobody has said who may use ${path}`)
    return [method].flat().map(each => ({ method: each, path, access: needed }))
  })
}

/**
 * Makes what throws `unauthenticated` when what was shown with a request is not valid any more: to be asked before
 * something is done for it after a while. Costs next to nothing.
 */
export function createRecheck ({ access, certificateOf }: Deciding): (request: FastifyRequest) => void {
  return ({ principal, raw: { socket } }) => {
    if (principal === null) return
    const isValid = principal.method === 'certificate'
      ? certificateOf(socket) !== undefined
      : access.isStillValid(principal)
    if (isValid) return
    throw new Problem('unauthenticated', { params: { reason: 'what was shown with the request is not valid any more' } })
  }
}

interface Looking extends Omit<Deciding, 'access'> {
  readonly tokenInUrl: boolean
}

function credentialsOf (request: FastifyRequest, looking: Looking): Credentials {
  const { tokenInUrl, certificateOf, certificateRefusalOf } = looking
  const { headers, id: requestId, ip: remoteAddress, raw: { socket } } = request
  // Put together step by step: this runs for every request, and spreads of what is mostly not there cost a microsecond.
  const credentials: { -readonly [Name in keyof Credentials]: Credentials[Name] } = {
    remoteAddress, requestId, forwarded: wasForwarded(headers)
  }
  const authorization = authorizationOf(request)
  if (authorization !== undefined) credentials.authorization = authorization
  const urlToken = tokenInUrl ? tokenOf(request.query) : undefined
  if (urlToken !== undefined) credentials.urlToken = urlToken
  const certificate = certificateOf(socket)
  if (certificate !== undefined) credentials.certificate = certificate
  const certificateRefused = certificateRefusalOf(socket)
  if (certificateRefused !== undefined) credentials.certificateRefused = certificateRefused
  return credentials
}

function authorizationOf ({ headers: { authorization }, raw }: FastifyRequest): string | undefined {
  if (authorization === undefined || countOf('authorization', raw.rawHeaders) === 1) return authorization
  // Node takes the first of several; whatever stands in between may have looked at another. Together they are no token.
  return raw.headersDistinct['authorization']?.join(', ')
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
