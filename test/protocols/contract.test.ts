import t from 'tap'
import type { Test } from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { createAccess } from '../../src/access/access.js'
import type { JsonValue } from '../../src/domain/json.js'
import type { ActionState } from '../../src/domain/lifecycle.js'
import { everyObserver } from '../../src/domain/ports/observer.js'
import type { Inspector } from '../../src/domain/ports/inspector.js'
import type { ProblemCategory } from '../../src/domain/problem.js'
import { createSecretHeaders } from '../../src/domain/secret-headers.js'
import { createApp } from '../../src/http/app.js'
import { createLogger } from '../../src/telemetry/log.js'
import { protocolContract } from '../contracts/protocol.js'
import type { Answer, ProtocolAdapter } from '../contracts/protocol.js'
import { openEngine } from '../support/engine.js'
import { usualConfig } from '../support/http-app.js'
import { everyHttpProtocol } from '../support/protocols.js'

const categories: Record<number, ProblemCategory> = {
  400: 'invalid', 404: 'missing', 409: 'conflict', 429: 'busy', 503: 'unavailable', 507: 'full'
}

function answerOf (response: LightMyRequestResponse): Answer {
  const { statusCode } = response
  return statusCode < 300 ? { id: (response.json() as { id: string }).id } : { refused: categories[statusCode] ?? 'internal' }
}

/** An agent's HTTP server with everything that speaks HTTP in it. */
async function serve (t: Test, { wrap, ...options }: Parameters<ProtocolAdapter['open']>[1]) {
  const engine = openEngine(t, options)
  const scheduler = wrap?.(engine.scheduler) ?? engine.scheduler
  const access = createAccess({ host: '127.0.0.1', actions: 'auto' })
  const inspector = {} as Inspector
  const isSecretHeader = createSecretHeaders([])
  const { app } = await createApp({
    scheduler,
    inspector,
    access,
    log: createLogger({ level: 'silent' }),
    config: { ...usualConfig, docs: false },
    protocols: everyHttpProtocol({ scheduler, inspector, access, isSecretHeader }),
    isSecretHeader,
    metrics: { contentType: 'text/plain', text: async () => '' },
    readiness: () => null,
    observer: everyObserver([])
  })
  t.teardown(async () => { await app.close() })
  return {
    engine,
    get: async (url: string) => await app.inject({ method: 'GET', url }),
    post: async (url: string, body: object) => await app.inject({
      method: 'POST', url, headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body)
    })
  }
}

interface Listed { readonly id: string }
interface Told { readonly state: ActionState, readonly state_payload: JsonValue }

const api: ProtocolAdapter = {
  name: 'api',
  lacks: [],
  repetition: 'same',
  async open (t, options) {
    const { engine, get, post } = await serve(t, options)
    const idsIn = async (states: string): Promise<string[]> => {
      const { actions } = (await get(`/api/v1/actions?state=${states}`)).json() as { actions: Listed[] }
      return actions.map(({ id }) => id)
    }
    return {
      engine,
      schedule: async request => answerOf(await post('/api/v1/actions', request)),
      cancel: async id => answerOf(await post(`/api/v1/actions/${id}/cancel`, {})),
      list: async () => ({ queue: await idsIn('NEW,RUNNING'), finished: await idsIn('DONE,FAILED') }),
      async get (id) {
        const response = await get(`/api/v1/actions/${id}`)
        if (response.statusCode === 404) return null
        const { state, state_payload: payload, history } = response.json() as Told & { history: Told[] }
        return { state, payload, history: history.map(({ state }) => state) }
      }
    }
  }
}

const classic: ProtocolAdapter = {
  name: 'replicante-classic',
  lacks: ['cancel'],
  repetition: 'refused',
  async open (t, options) {
    const { engine, get, post } = await serve(t, options)
    const idsIn = async (list: string): Promise<string[]> => {
      return ((await get(`/api/unstable/actions/${list}`)).json() as Listed[]).map(({ id }) => id)
    }
    return {
      engine,
      schedule: async ({ kind, id, args }) => {
        return answerOf(await post(`/api/unstable/actions/schedule/${kind}`, { action_id: id, args }))
      },
      list: async () => ({ queue: await idsIn('queue'), finished: await idsIn('finished') }),
      async get (id) {
        const response = await get(`/api/unstable/actions/info/${id}`)
        if (response.statusCode === 404) return null
        const { action, history } = response.json() as { action: Told, history: Told[] }
        const { state, state_payload: payload } = action
        return { state, payload, history: history.map(({ state }) => state).toReversed() }
      }
    }
  }
}

for (const adapter of [api, classic]) protocolContract(t, adapter)
