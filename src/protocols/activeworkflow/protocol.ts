import type { FastifyInstance, FastifyReply } from 'fastify'
import type { HttpFace, Protocol } from '../../domain/ports/protocol.js'
import { createLenientValidator } from '../../lenient-validator.js'
import { installBodies } from './bodies.js'
import { handleError } from './errors.js'
import type { HandlerDeps } from './handler.js'
import { createAgentTypes } from './registration.js'
import { callRoutes } from './routes.js'
import { protocolName } from './origin.js'

/** What the protocol is made of. */
export type ActiveWorkflowDeps = HandlerDeps

/** A protocol with a face in the HTTP server and no listener of its own. */
export interface ActiveWorkflowProtocol extends Protocol<FastifyInstance, FastifyReply> {
  readonly http: HttpFace<FastifyInstance, FastifyReply>
}

/**
 * The Remote Agent API of ActiveWorkflow, as its client of version 0.9 speaks it, at `/activeworkflow`: each kind of
 * action is an agent type, and one more type stands for all kinds. It holds nothing: what an agent knows is in the
 * memory that ActiveWorkflow keeps for it.
 */
export function createActiveWorkflow (deps: ActiveWorkflowDeps): ActiveWorkflowProtocol {
  const types = createAgentTypes(deps.scheduler.kinds())

  return {
    name: protocolName,
    http: {
      prefix: '/activeworkflow',
      mount: (scope, { hold, readJson }) => {
        scope.setErrorHandler(handleError)
        scope.setValidatorCompiler(createLenientValidator())
        // What a schema says is for people: messages carry whatever payloads hold, unchanged.
        scope.setSerializerCompiler(() => data => JSON.stringify(data))
        callRoutes(scope, { ...deps, types, hold, alteredParts: installBodies(scope, readJson) })
      },
      openapi: {
        document: 'activeworkflow',
        tokenInUrl: true,
        title: 'ActiveWorkflow remote agent',
        description: 'The API that ActiveWorkflow expects of a remote agent: one URL and three methods, told apart by the body.',
        version: '1.0.0'
      }
    },
    start: async () => {},
    stop: async () => {}
  }
}
