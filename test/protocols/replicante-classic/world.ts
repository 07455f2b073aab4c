import type { Clock } from '../../../src/domain/clock.js'
import type { Outcome } from '../../../src/domain/kind.js'
import type { Access } from '../../../src/domain/ports/access.js'
import type { Inspector } from '../../../src/domain/ports/inspector.js'
import type { Scheduler, ScheduleRequest } from '../../../src/domain/ports/scheduler.js'
import { createSecretHeaders } from '../../../src/domain/secret-headers.js'
import { createReplicanteClassic } from '../../../src/protocols/replicante-classic/protocol.js'
import type { ClassicConfig } from '../../../src/protocols/replicante-classic/protocol.js'
import { openEngine } from '../../support/engine.js'
import type { Teardown } from '../../support/engine.js'
import { openHttpApp } from '../../support/http-app.js'
import { replicanteProtocols } from '../../support/protocols.js'
import { realAccess } from '../../support/access.js'

/** A kind that every world has. No executor runs here, so it does nothing by itself. */
export const ping = 'agent.replicante.io/test.ping'

const calm: Inspector = {
  agent: () => ({ number: '1.2.3', checkout: 'abc', taint: 'not tainted' }),
  datastoreKind: 'fake',
  node: async () => ({ id: 'n1', status: 'HEALTHY', statusReason: null, addresses: {}, attributes: {} }),
  cluster: async () => ({ id: 'c1', displayName: null, attributes: {} }),
  version: async () => ({ number: '3.0.0', checkout: null, extra: null }),
  shards: async () => []
}

interface WorldOptions {
  readonly queueLimit?: number
  readonly listed?: ClassicConfig['listed']
  readonly trees?: ClassicConfig['trees']
  readonly clock?: Clock
  /** Address that the agent is told it listens on. */
  readonly host?: string
  readonly inspector?: Partial<Inspector>
  readonly access?: Partial<Access>
  /** Headers that are secret beside the common ones. */
  readonly secretHeaders?: readonly string[]
  /** Stands before the scheduler, to make it fail. */
  readonly scheduler?: (real: Scheduler) => Scheduler
}

interface ScheduleAround {
  readonly kind?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The dialect in the real HTTP server, over the real scheduler and a store on disk. Tests play the executor. */
export async function openWorld (t: Teardown, options: WorldOptions = {}) {
  const { clock, queueLimit, host = '127.0.0.1' } = options
  const { listed = replicanteProtocols, trees = { unstable: true, introspect: true } } = options
  const access = { ...realAccess({ host }), ...options.access }
  const engine = openEngine(t, {
    disabled: access.actionsDisabled,
    ...(clock === undefined ? {} : { clock }),
    ...(queueLimit === undefined ? {} : { queueLimit })
  })
  const { store, scheduler } = engine
  const protocol = createReplicanteClassic({
    scheduler: options.scheduler?.(scheduler) ?? scheduler,
    inspector: { ...calm, ...options.inspector },
    access,
    isSecretHeader: createSecretHeaders(options.secretHeaders ?? []),
    config: { listed, trees }
  })
  const { app, endWaits, logged, renderDocuments } = await openHttpApp(t, {
    access, protocols: [protocol], config: { bodyLimit: 10_000, docs: false }
  })

  const claim = async () => {
    const action = await store.claim('main')
    if (action === null) throw new Error('nothing waits, or something runs')
    return action
  }

  return {
    app,
    store,
    protocol,
    endWaits,
    logged,
    renderDocuments,
    get: async (path: string) => await app.inject({ method: 'GET', url: `/api/unstable${path}` }),
    /** Schedules through the dialect: a text is sent as it is. */
    schedule: async (body: object | string = {}, around: ScheduleAround = {}) => await app.inject({
      method: 'POST',
      url: `/api/unstable/actions/schedule/${around.kind ?? ping}`,
      headers: { 'content-type': 'application/json', ...around.headers },
      payload: typeof body === 'string' ? body : JSON.stringify(body)
    }),
    /** Puts an action into the queue, as if through this dialect or another protocol. */
    put: async (request: Partial<ScheduleRequest> = {}) => {
      return await engine.schedule(ping, { protocol: protocol.name, ...request })
    },
    /** Starts the oldest waiting action of the main lane. */
    claim,
    /** Starts the oldest waiting action, and ends it. */
    finish: async (outcome: Outcome = { state: 'DONE' }) => await store.settle((await claim()).seq, outcome)
  }
}
