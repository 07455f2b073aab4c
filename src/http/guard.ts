import { isIP } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { shorten } from '../domain/json.js'
import { Problem } from '../domain/problem.js'

interface GuardConfig {
  readonly hosts: readonly string[]
  readonly origins: readonly string[]
}

const corsMethods = 'GET, HEAD, POST'
const corsHeaders = 'authorization, content-type, idempotency-key, if-none-match, last-event-id, traceparent, tracestate, ' +
  'x-request-id'
const corsExposed = 'etag, link, location, retry-after, x-request-id, deprecation, sunset'

/**
 * Keeps browsers out, for our routes and for every protocol: the Host header must name this agent, pages of foreign
 * origins are refused, and whatever carries a body must say that it is JSON, which no HTML form can.
 */
export function installGuard (app: FastifyInstance, config: GuardConfig): void {
  const hosts = new Set(config.hosts.map(host => host.toLowerCase()))
  const origins = new Set(config.origins)

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff')
    if (origins.size > 0) reply.header('vary', 'origin')
    requireHost(request, { reply, hosts })
    requirePlainBody(request, reply)
    const { origin } = request.headers
    if (origin !== undefined && origins.has(origin)) {
      allowOrigin(reply, origin)
      if (isPreflight(request)) {
        answerPreflight(reply)
        return
      }
    } else {
      refuseForeignPages(request)
    }
    requireJson(request)
    done()
  })
}

function requireHost (
  request: FastifyRequest, { reply, hosts }: { reply: FastifyReply, hosts: ReadonlySet<string> }
): void {
  const { rawHeaders, headers, httpVersion } = request.raw
  // Node takes the first of several; whatever stands in between may have taken another.
  if (countOf('host', rawHeaders) > 1) {
    throw invalidHeader('Host', 'it is there more than once')
  }
  if (headers.host === undefined && httpVersion === '1.1') {
    reply.header('connection', 'close')
    throw invalidHeader('Host', 'HTTP/1.1 asks for it')
  }
  for (const host of [request.headers.host ?? '', targetHost(request.raw.url ?? '')]) {
    const name = host === null ? 'localhost' : hostName(host)
    if (name === null || !(isIP(name) > 0 || isLoopbackName(name) || hosts.has(name))) {
      throw new Problem('host-refused', { params: { host: shorten(host ?? '') } })
    }
  }
}

/** The host in a request target that is a URL, where it counts (RFC 9112, 3.2.2); null in one that is a path. */
function targetHost (url: string): string | null {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? null
}

/**
 * Refuses codings that nothing here decodes: what stands in between may read another body out of them. Node decodes
 * `chunked` wherever that comes last, and in HTTP/1.0 too, where RFC 9112 (6.1) calls it faulty.
 */
function requirePlainBody ({ headers, raw }: FastifyRequest, reply: FastifyReply): void {
  const transfer = headers['transfer-encoding']
  if (transfer !== undefined && (transfer.toLowerCase() !== 'chunked' || raw.httpVersion === '1.0')) {
    reply.header('connection', 'close')
    throw invalidHeader('Transfer-Encoding', 'it may be "chunked" alone, and in HTTP/1.1')
  }
  const content = headers['content-encoding']
  if (content !== undefined && content.toLowerCase() !== 'identity') {
    throw invalidHeader('Content-Encoding', 'bodies are taken as they are, without compression')
  }
}

function invalidHeader (header: string, reason: string): Problem {
  return new Problem('invalid-header', { params: { header, reason } })
}

/** How often a header, named in lower case, is there in the list of names and values that Node gives. */
export function countOf (header: string, rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (name.length === header.length && name.toLowerCase() === header) count++
  }
  return count
}

/** The name in a Host header, in lower case, without port, brackets and the root's dot; null when it is not one. */
export function hostName (host: string): string | null {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+))(?::\d{1,5})?$/i.exec(host)
  const name = parts?.[1] ?? parts?.[2]?.replace(/\.$/, '')
  return name === undefined || name === '' ? null : name.toLowerCase()
}

function isLoopbackName (name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost')
}

function refuseForeignPages (request: FastifyRequest): void {
  const { origin, host } = request.headers
  if (origin !== undefined && !isSameOrigin(origin, host ?? '')) {
    throw new Problem('origin-refused', { params: { origin: shorten(origin) } })
  }
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    throw new Problem('origin-refused', { params: { origin: 'Sec-Fetch-Site: cross-site' } })
  }
}

/** Compares hosts and not schemes: behind a proxy that ends TLS the agent cannot know its own scheme. */
function isSameOrigin (origin: string, host: string): boolean {
  const parts = /^(https?):\/\/([^/]+)$/i.exec(origin)
  if (parts === null) return false
  const port = parts[1]?.toLowerCase() === 'https' ? ':443' : ':80'
  const plain = (text: string): string => text.toLowerCase().replace(new RegExp(`${port}$`), '')
  return plain(parts[2] ?? '') === plain(host)
}

function allowOrigin (reply: FastifyReply, origin: string): void {
  reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', corsExposed)
}

function isPreflight (request: FastifyRequest): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
}

function answerPreflight (reply: FastifyReply): void {
  reply
    .header('access-control-allow-methods', corsMethods)
    .header('access-control-allow-headers', corsHeaders)
    .header('access-control-max-age', 600)
    .code(204)
    .send()
}

const bodyless = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
const jsonType = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

function requireJson (request: FastifyRequest): void {
  if (bodyless.has(request.method) || request.is404) return
  if (!jsonType.test(request.headers['content-type'] ?? '')) throw new Problem('unsupported-media-type')
}
