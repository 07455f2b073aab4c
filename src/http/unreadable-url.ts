import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../domain/problem.js'

const unreadable = new WeakSet<IncomingMessage>()

/**
 * Routes a request whose path cannot be decoded (`/%zz`) once more, with its percent signs standing for themselves. So
 * it passes every hook, and what refuses it is the face below whose prefix it lies, in that face's own words.
 */
export function routeUnreadable (app: FastifyInstance, { raw }: FastifyRequest, reply: FastifyReply): void {
  unreadable.add(raw)
  raw.url = raw.url?.replaceAll('%', '%25') ?? '/'
  app.routing(raw, reply.raw)
}

/** Throws `invalid-request` for a request that was routed in that way. */
export function requireReadable ({ raw }: FastifyRequest): void {
  if (!unreadable.has(raw)) return
  throw new Problem('invalid-request', { errors: [{ pointer: '', detail: 'the path is not a valid URL path' }] })
}
