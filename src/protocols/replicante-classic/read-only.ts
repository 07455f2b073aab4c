import type { FastifyRequest } from 'fastify'
import { admit, type Access } from '../../domain/ports/access.js'

/** A hook for routes that only read. */
export function readOnly (access: Access): (request: FastifyRequest) => Promise<void> {
  return async ({ ip: remoteAddress }) => { admit(access, { remoteAddress }, { scope: 'read' }) }
}
