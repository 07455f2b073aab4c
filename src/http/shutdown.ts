import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../domain/problem.js'
import type { Exchanges } from './exchanges.js'
import type { Waits } from './waits.js'

/** The path that answers until the very end. */
export const livePath = '/livez'

/**
 * Milliseconds that requests in work have at a close, before their connections are cut: less than the agent waits for
 * the server.
 */
export const graceMs = 2000

interface ShutdownParts {
  readonly exchanges: Exchanges
  readonly waits: Waits
}

/**
 * Refuses requests once waits have ended, and sees to it that the server can close: it ends waits first, lets what is
 * in work be answered, and cuts connections as soon as nothing is. The server alone would wait without end for a
 * connection that has sent nothing yet, such as browsers open in advance, and for one that was busy when it closed.
 */
export function installShutdown (app: FastifyInstance, { exchanges, waits }: ShutdownParts): void {
  const inWork = new Set<FastifyRequest>()
  let closing = false
  let limit: NodeJS.Timeout | undefined

  const cutWhenIdle = (): void => {
    if (closing && inWork.size === 0) setImmediate(() => app.server.closeAllConnections())
  }

  app.addHook('onRequest', (request, reply, done) => {
    inWork.add(request)
    // Not the hook onResponse: it stays out when the client goes away first.
    exchanges.whenOver(reply, () => {
      inWork.delete(request)
      cutWhenIdle()
    })
    if (waits.ended() && request.route.url !== livePath) throw new Problem('shutting-down')
    done()
  })
  app.server.on('connection', socket => {
    if (closing) socket.destroy()
  })
  app.addHook('preClose', async () => {
    closing = true
    waits.end()
    limit = setTimeout(() => app.server.closeAllConnections(), graceMs)
    cutWhenIdle()
  })
  app.addHook('onClose', async () => clearTimeout(limit))
}
