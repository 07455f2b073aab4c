import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Access } from '../../domain/ports/access.js'
import type { Inspector } from '../../domain/ports/inspector.js'
import type { HttpFace, Protocol } from '../../domain/ports/protocol.js'
import type { Scheduler } from '../../domain/ports/scheduler.js'
import type { SecretHeaders } from '../../domain/secret-headers.js'
import { createLenientValidator } from '../../lenient-validator.js'
import { handleError } from './errors.js'
import type { ListSource } from './lists.js'
import { createClassicMetrics } from './metrics.js'
import { actionRoutes } from './routes/actions.js'
import { infoRoutes } from './routes/info.js'
import { introspectRoutes } from './routes/introspect.js'
import { protocolName, scheduleRoute } from './routes/schedule.js'

/** The dialect's part of the configuration. */
export interface ClassicConfig {
  /** The protocols whose actions the lists show; null for all. */
  readonly listed: ListSource['listed']
  /** The parts of the API that are served. `introspect` lies below `unstable` and goes with it. */
  readonly trees: { readonly unstable: boolean, readonly introspect: boolean }
}

/** What the dialect is made of. */
export interface ClassicDeps {
  readonly scheduler: Scheduler
  readonly inspector: Inspector
  readonly access: Access
  readonly config: ClassicConfig
  /** Headers of a request that do not become the action's. */
  readonly isSecretHeader: SecretHeaders
}

/** The dialect: a protocol with a face in the HTTP server and no listener of its own. */
export interface ClassicProtocol extends Protocol<FastifyInstance, FastifyReply> {
  readonly http: HttpFace<FastifyInstance, FastifyReply>
}

/**
 * The classic dialect of the Replicante agent protocol, as Replicante Core 0.5 to 0.7 speaks it, at `/api/unstable`.
 * It holds nothing: starting and stopping are for the server it is mounted on.
 */
export function createReplicanteClassic (deps: ClassicDeps): ClassicProtocol {
  const { scheduler, inspector, access, config, isSecretHeader } = deps
  const metrics = createClassicMetrics()

  const mount = (scope: FastifyInstance): void => {
    scope.setErrorHandler(handleError)
    scope.setValidatorCompiler(createLenientValidator())
    const { unstable, introspect } = config.trees
    if (!unstable) return
    infoRoutes(scope, { inspector })
    actionRoutes(scope, { scheduler, listed: config.listed })
    scheduleRoute(scope, { scheduler, access, isSecretHeader })
    if (introspect) introspectRoutes(scope, { metrics })
  }

  return {
    name: protocolName,
    observer: metrics.observer,
    http: {
      prefix: '/api/unstable',
      mount,
      openapi: {
        document: 'replicante.classic',
        title: 'Replicante agent protocol, classic dialect',
        description: 'The API that Replicante Core 0.5 to 0.7 expects of an agent.',
        version: '0.3.0'
      }
    },
    start: async () => {},
    stop: async () => {}
  }
}
