import type { FastifyRequest } from 'fastify'
import type { Access, Operation, Principal } from '../../domain/ports/access.js'

/** Who asks. Throws when access does not know them, or does not let them. */
export function admit (access: Access, request: FastifyRequest, operation: Operation): Principal {
  const principal = access.identify({ remoteAddress: request.ip })
  access.authorize(principal, operation)
  return principal
}

/** A hook for routes that only read. */
export function readOnly (access: Access): (request: FastifyRequest) => Promise<void> {
  return async request => { admit(access, request, { scope: 'read' }) }
}
