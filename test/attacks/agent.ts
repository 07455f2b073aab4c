import { done } from '../../src/domain/kind.js'
import type { JsonObject } from '../../src/domain/json.js'
import type { Teardown } from '../support/engine.js'
import { openHttpApp, type HttpApp, type HttpAppOptions } from '../support/http-app.js'
import { everyHttpProtocol } from '../support/protocols.js'

/** A kind that is DONE at once. */
export const success = 'agent.replicante.io/debug.success'

/** A listening agent with every protocol, whose executor runs. */
export interface AttackedAgent extends HttpApp {
  readonly url: string
  /** How many actions there are, of whatever state. */
  readonly actions: () => number
  /** Schedules an action over a connection of its own, as a manager does, and sees it DONE. Rejects otherwise. */
  readonly goesOn: () => Promise<void>
}

/** Opens one, closed at the end of `t`. */
export async function openAgent (t: Teardown, options: HttpAppOptions = {}): Promise<AttackedAgent> {
  const app = await openHttpApp(t, { protocols: everyHttpProtocol, ...options })
  const url = await app.listen()
  await app.engine.run()
  const { scheduler } = app.engine
  return {
    ...app,
    url,
    actions: () => scheduler.list({ filter: {}, order: 'asc', limit: 1000 }).items.length,
    goesOn: async () => await finishOne(url)
  }
}

/** Schedules an action with the agent at the address and waits until it is DONE. Rejects otherwise. */
export async function finishOne (url: string): Promise<void> {
  const body = JSON.stringify({ kind: success })
  // A connection of its own: what other connections suffer is not to reach it.
  const headers = { 'content-type': 'application/json', connection: 'close' }
  const scheduled = await fetch(`${url}/api/v1/actions`, { method: 'POST', headers, body })
  const { id } = await scheduled.json() as JsonObject
  if (scheduled.status !== 202) throw new Error(`not accepted: ${scheduled.status}`)
  const ended = await fetch(`${url}/api/v1/actions/${String(id)}?wait=30s`, { headers: { connection: 'close' } })
  const { state } = await ended.json() as JsonObject
  if (state !== done().state) throw new Error(`the action is ${String(state)}`)
}

/** Where each face of the agent schedules, and what a good request there holds. */
export const schedulingFaces = [
  { path: '/api/v1/actions', body: { kind: success } },
  { path: `/api/unstable/actions/schedule/${success}`, body: {} },
  { path: '/replisdk/api/unstable/action', body: { kind: success } },
  { path: '/activeworkflow', body: { method: 'receive', params: { options: { kind: success }, message: { id: 1, payload: {} } } } }
] as const
