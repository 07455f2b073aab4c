import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Access } from '../../domain/ports/access.js'
import type { Inspector } from '../../domain/ports/inspector.js'
import type { HttpFace, Protocol } from '../../domain/ports/protocol.js'
import type { Scheduler } from '../../domain/ports/scheduler.js'
import type { SecretHeaders } from '../../domain/secret-headers.js'
import { createLenientValidator } from '../../lenient-validator.js'
import { handleError } from './errors.js'
import type { ListSource } from './lists.js'
import { actionRoutes } from './routes/actions.js'
import { infoRoutes } from './routes/info.js'
import { protocolName, scheduleRoute } from './routes/schedule.js'

/** The dialect's part of the configuration. */
export interface NextConfig {
  /** The protocols whose actions the lists show; null for all. */
  readonly listed: ListSource['listed']
}

/** What the dialect is made of. */
export interface NextDeps {
  readonly scheduler: Scheduler
  readonly inspector: Inspector
  readonly access: Access
  readonly config: NextConfig
  /** Names of metadata that are never stored. */
  readonly isSecretHeader: SecretHeaders
}

/** The dialect: a protocol with a face in the HTTP server and no listener of its own. */
export interface NextProtocol extends Protocol<FastifyInstance, FastifyReply> {
  readonly http: HttpFace<FastifyInstance, FastifyReply>
}

/**
 * The next dialect of the Replicante agent protocol, as Replicante Core speaks it from 0.8 on, at
 * `/replisdk/api/unstable`. It holds nothing: starting and stopping are for the server it is mounted on.
 */
export function createReplicanteNext (deps: NextDeps): NextProtocol {
  const { scheduler, inspector, access, config, isSecretHeader } = deps

  const mount = (scope: FastifyInstance): void => {
    scope.setErrorHandler(handleError)
    scope.setValidatorCompiler(createLenientValidator())
    infoRoutes(scope, { inspector })
    actionRoutes(scope, { scheduler, listed: config.listed })
    scheduleRoute(scope, { scheduler, access, isSecretHeader })
  }

  return {
    name: protocolName,
    http: {
      prefix: '/replisdk/api/unstable',
      mount,
      openapi: {
        document: 'replicante.next',
        title: 'Replicante agent protocol, next dialect',
        description: 'The API that Replicante Core expects of an agent from 0.8 on.',
        version: '0.4.0'
      }
    },
    start: async () => {},
    stop: async () => {}
  }
}
