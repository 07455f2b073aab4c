import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { admit, type Access, type Operation, type Principal } from '../domain/ports/access.js'

/** Who sends this request. Throws `unauthenticated`. */
export function identify (access: Access, request: FastifyRequest): Principal {
  return access.identify({ remoteAddress: request.ip })
}

/** A hook that lets a request pass when its sender may do this. Runs before the body is read. */
export function mustBeAllowed (access: Access, operation: Operation): onRequestAsyncHookHandler {
  return async ({ ip: remoteAddress }) => { admit(access, { remoteAddress }, operation) }
}

/** A hook that lets a request pass when its sender is known: what it may do depends on the body. */
export function mustBeKnown (access: Access): onRequestAsyncHookHandler {
  return async request => { identify(access, request) }
}
