import { v7 } from 'uuid'
import type { Inspector } from '../../src/domain/ports/inspector.js'
import { systemClock as clock, type Clock } from '../../src/domain/clock.js'
import type { Access } from '../../src/domain/ports/access.js'
import type { Scheduler } from '../../src/domain/ports/scheduler.js'
import type { SecretHeaders } from '../../src/domain/secret-headers.js'
import { createActiveWorkflow } from '../../src/protocols/activeworkflow/protocol.js'
import { createReplicanteClassic } from '../../src/protocols/replicante-classic/protocol.js'
import { createReplicanteNext } from '../../src/protocols/replicante-next/protocol.js'

/** What protocols are made of. */
export interface ProtocolParts {
  readonly scheduler: Scheduler
  readonly inspector: Inspector
  readonly access: Access
  readonly isSecretHeader: SecretHeaders
  readonly clock?: Clock
}

/** The protocols whose actions the lists of both Replicante dialects show, unless they show all. */
export const replicanteProtocols = ['replicante-classic', 'replicante-next']

/** Every protocol over HTTP, as the default configuration has it. */
export function everyHttpProtocol (parts: ProtocolParts) {
  return [
    createReplicanteClassic({
      ...parts, config: { listed: replicanteProtocols, trees: { unstable: true, introspect: true } }
    }),
    createReplicanteNext({ ...parts, config: { listed: replicanteProtocols } }),
    createActiveWorkflow({ clock, newId: v7, ...parts })
  ]
}
