import type { LightMyRequestResponse } from 'fastify'
import type { Action } from '../../../src/domain/action.js'
import type { Outcome } from '../../../src/domain/kind.js'
import type { Access } from '../../../src/domain/ports/access.js'
import type { ScheduleRequest } from '../../../src/domain/ports/scheduler.js'
import { createReplicanteNext } from '../../../src/protocols/replicante-next/protocol.js'
import type { NextConfig } from '../../../src/protocols/replicante-next/protocol.js'
import type { Teardown } from '../../support/engine.js'
import { openHttpApp } from '../../support/http-app.js'
import type { HttpAppOptions } from '../../support/http-app.js'
import { everyHttpProtocol, replicanteProtocols } from '../../support/protocols.js'
import { realAccess } from '../../support/access.js'

/** A kind that every world has. */
export const loop = 'agent.replicante.io/test.loop'

/** An id for whatever a test schedules. */
export const id = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'

/** Where the dialect is. */
export const prefix = '/replisdk/api/unstable'

/** Every path that is read. */
export const readPaths = [
  '/info/node', '/info/store', '/info/shards', '/actions/finished', '/actions/queue', `/action/${id}`
]

interface WorldOptions extends Omit<HttpAppOptions, 'access' | 'protocols'> {
  readonly listed?: NextConfig['listed']
  /** Address that the agent is told it listens on. */
  readonly host?: string
  readonly access?: Partial<Access>
  /** Whether the other protocols are there too. */
  readonly neighbours?: boolean
}

/**
 * The dialect in the real HTTP server, over the real scheduler and a store on disk. Tests start the executor, or play
 * it.
 */
export async function openWorld (t: Teardown, options: WorldOptions = {}) {
  const { listed = replicanteProtocols, host = '127.0.0.1', neighbours = false, ...rest } = options
  const access = { ...realAccess({ host }), ...options.access }
  const http = await openHttpApp(t, {
    ...rest,
    access,
    config: { bodyLimit: 10_000, docs: false, ...options.config },
    engine: { disabled: access.actionsDisabled, ...options.engine },
    protocols: parts => neighbours ? everyHttpProtocol(parts) : [createReplicanteNext({ ...parts, config: { listed } })]
  })
  const { engine } = http
  const { store } = engine
  const claim = async (lane = 'main'): Promise<Action> => {
    const action = await store.claim(lane)
    if (action === null) throw new Error('nothing waits, or something runs')
    return action
  }
  return {
    ...http,
    store,
    get: async (path: string): Promise<LightMyRequestResponse> => await http.get(`${prefix}${path}`),
    /** Schedules through the dialect: a text is sent as it is. */
    schedule: async (body: object | string = { kind: loop }, headers: Record<string, string> = {}) => {
      return await http.post(`${prefix}/action`, body, headers)
    },
    /** Puts an action into the queue, as if through this dialect or another protocol. */
    put: async (request: Partial<ScheduleRequest> = {}) => {
      return await engine.schedule(loop, { protocol: 'replicante-next', ...request })
    },
    /** Starts the oldest waiting action of a lane. */
    claim,
    /** Starts the oldest waiting action, and ends it. */
    finish: async (outcome: Outcome = { state: 'DONE' }) => await store.settle((await claim()).seq, outcome)
  }
}

/** The sentence of an error, when the answer is nothing but an error of the dialect; throws when it is not. */
export function errorOf ({ headers, body }: LightMyRequestResponse): string {
  const { error_msg: sentence, ...others } = JSON.parse(body) as Record<string, unknown>
  if (typeof sentence !== 'string' || Object.keys(others).length > 0) throw new Error(`no error of the dialect: ${body}`)
  if (!String(headers['content-type']).startsWith('application/json')) throw new Error(`not JSON: ${headers['content-type']}`)
  return sentence
}
