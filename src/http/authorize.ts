import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import { admit, type Access, type Operation, type Principal } from '../domain/ports/access.js'

/** Who sends this request. Throws `unauthenticated`. */
export function identify (access: Access, request: FastifyRequest): Principal {
  return access.identify({ remoteAddress: request.ip })
}

/** A hook that lets a request pass when its sender may do this. Runs before the body is read. */
export function mustBeAllowed (access: Access, operation: Operation): onRequestHookHandler {
  return ({ ip: remoteAddress }, _reply, done) => {
    admit(access, { remoteAddress }, operation)
    done()
  }
}

/** A hook that lets a request pass when its sender is known: what it may do depends on the body. */
export function mustBeKnown (access: Access): onRequestHookHandler {
  return (request, _reply, done) => {
    identify(access, request)
    done()
  }
}
