import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Clock } from '../../domain/clock.js'
import type { Access } from '../../domain/ports/access.js'
import type { HttpFace, Protocol } from '../../domain/ports/protocol.js'
import type { Scheduler } from '../../domain/ports/scheduler.js'

/** What the protocol is made of. */
export interface ActiveWorkflowDeps {
  readonly scheduler: Scheduler
  readonly access: Access
  readonly clock: Clock
}

/** A protocol with a face in the HTTP server and no listener of its own. */
export interface ActiveWorkflowProtocol extends Protocol<FastifyInstance, FastifyReply> {
  readonly http: HttpFace<FastifyInstance, FastifyReply>
}

/** The Remote Agent API of ActiveWorkflow. */
export function createActiveWorkflow (_deps: ActiveWorkflowDeps): ActiveWorkflowProtocol {
  return {
    name: 'activeworkflow',
    http: {
      prefix: '/activeworkflow',
      mount: () => {},
      openapi: {
        document: 'activeworkflow',
        title: 'ActiveWorkflow remote agent',
        description: 'The API that ActiveWorkflow expects of a remote agent.',
        version: '1.0.0'
      }
    },
    start: async () => {},
    stop: async () => {}
  }
}
