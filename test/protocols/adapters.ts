import type { LightMyRequestResponse } from 'fastify'
import type { JsonObject, JsonValue } from '../../src/domain/json.js'
import { isJsonObject } from '../../src/domain/json.js'
import type { ActionState } from '../../src/domain/lifecycle.js'
import type { ProblemCategory } from '../../src/domain/problem.js'
import type { Answer, ProtocolAdapter } from '../contracts/protocol-face.js'
import type { SharedServer } from './shared-server.js'

const categories: Record<number, ProblemCategory> = {
  400: 'invalid', 404: 'missing', 409: 'conflict', 429: 'busy', 500: 'internal', 503: 'unavailable', 507: 'full'
}

function refusedBy ({ statusCode, body }: LightMyRequestResponse): Answer {
  const refused = categories[statusCode]
  if (refused === undefined) throw new Error(`${statusCode} is no refusal: ${body}`)
  return { refused }
}

/** What the dialects of HTTP answer that give an id. */
function answerOf (response: LightMyRequestResponse): Answer {
  return response.statusCode < 300 ? { id: response.json<{ id: string }>().id } : refusedBy(response)
}

interface Listed { readonly id: string }
interface Told { readonly state: ActionState, readonly state_payload: JsonValue }

const idsOf = (listed: readonly Listed[]): string[] => listed.map(({ id }) => id)

/** `/api/v1`: our own language has words for everything. */
const api = ({ get, post, use }: SharedServer): ProtocolAdapter => ({
  name: 'api',
  lacks: [],
  repetition: 'same',
  async open (t, options) {
    const engine = use(t, options)
    const listed = async (states: string): Promise<string[]> => {
      return idsOf((await get(`/api/v1/actions?state=${states}`)).json<{ actions: Listed[] }>().actions)
    }
    return {
      engine,
      schedule: async ({ kind, args, key: id, createdAt, trace }) => {
        return answerOf(await post('/api/v1/actions', { kind, args, id, created_ts: createdAt }, trace))
      },
      cancel: async id => answerOf(await post(`/api/v1/actions/${id}/cancel`, {})),
      list: async () => ({ queue: await listed('NEW,RUNNING'), finished: await listed('DONE,FAILED') }),
      async get (id) {
        const response = await get(`/api/v1/actions/${id}`)
        if (response.statusCode === 404) return null
        const { state, state_payload: payload, history } = response.json<Told & { history: Told[] }>()
        return { state, payload, history: history.map(({ state }) => state) }
      }
    }
  }
})

/** The classic Replicante dialect. */
const replicanteClassic = ({ get, post, use }: SharedServer): ProtocolAdapter => ({
  name: 'replicante-classic',
  lacks: ['cancel'],
  repetition: 'refused',
  async open (t, options) {
    const engine = use(t, options)
    const prefix = '/api/unstable/actions'
    const listed = async (list: string): Promise<string[]> => idsOf((await get(`${prefix}/${list}`)).json<Listed[]>())
    return {
      engine,
      schedule: async ({ kind, args, key, createdAt, trace }) => {
        const body = { action_id: key, args, created_ts: createdAt }
        return answerOf(await post(`${prefix}/schedule/${kind}`, body, trace))
      },
      list: async () => ({ queue: await listed('queue'), finished: await listed('finished') }),
      async get (id) {
        const response = await get(`${prefix}/info/${id}`)
        if (response.statusCode === 404) return null
        const { action, history } = response.json<{ action: Told, history: Told[] }>()
        const { state, state_payload: payload } = action
        return { state, payload, history: history.map(({ state }) => state).toReversed() }
      }
    }
  }
})

interface Execution {
  readonly state: { readonly phase: ActionState, readonly error: JsonObject | null, readonly payload: JsonValue }
}

/** The next Replicante dialect. It shows what went wrong and what an action reports apart from each other. */
const replicanteNext = ({ get, post, use }: SharedServer): ProtocolAdapter => ({
  name: 'replicante-next',
  lacks: ['history', 'cancel'],
  repetition: 'refused',
  async open (t, options) {
    const engine = use(t, options)
    const prefix = '/replisdk/api/unstable'
    const listed = async (list: string): Promise<string[]> => {
      return idsOf((await get(`${prefix}/actions/${list}`)).json<{ actions: Listed[] }>().actions)
    }
    return {
      engine,
      schedule: async ({ kind, args, key: id, createdAt, trace }) => {
        return answerOf(await post(`${prefix}/action`, { kind, args, id, created_time: createdAt }, trace))
      },
      list: async () => ({ queue: await listed('queue'), finished: await listed('finished') }),
      async get (id) {
        const response = await get(`${prefix}/action/${id}`)
        if (response.statusCode === 404) return null
        const { phase: state, error, payload } = response.json<Execution>().state
        const whole = error === null ? payload : { ...isJsonObject(payload) ? payload : {}, ...error }
        return { state, payload: whole, history: null }
      }
    }
  }
})

interface AgentResult {
  readonly errors?: readonly string[]
  readonly messages?: ReadonlyArray<Told & { readonly action_id: string }>
  readonly memory?: JsonObject
}

/**
 * ActiveWorkflow, with one agent of all kinds. It knows a repeated request by the id of the message, sees only what has
 * ended, and is told of a permanent refusal by a sentence alone.
 */
const activeWorkflow = ({ post, use }: SharedServer): ProtocolAdapter => ({
  name: 'activeworkflow',
  lacks: ['own-id', 'conflict', 'get-unfinished', 'history', 'list', 'cancel'],
  repetition: 'same',
  async open (t, options) {
    const engine = use(t, options)
    const agent = { options: { agent: 'contract' }, credentials: [] }
    const messageId = createMessageIds()
    return {
      engine,
      async schedule ({ kind, args, key, createdAt, trace }) {
        const message = { id: messageId(key), agent_id: 7, payload: { kind, args }, created_at: createdAt }
        const params = { ...agent, memory: {}, message }
        const response = await post('/activeworkflow', { method: 'receive', params }, trace)
        if (response.statusCode !== 200) return refusedBy(response)
        const { errors, messages = [] } = response.json<{ result: AgentResult }>().result
        if (errors !== undefined) return { refused: 'invalid' }
        return { id: messages[0]?.action_id ?? 'no message' }
      },
      async get (id) {
        for (let memory: JsonObject = {}; ;) {
          const response = await post('/activeworkflow', { method: 'check', params: { ...agent, memory, message: null } })
          const { messages = [], memory: next } = response.json<{ result: AgentResult }>().result
          const found = messages.find(({ action_id: told }) => told === id)
          if (found !== undefined) return { state: found.state, payload: found.state_payload, history: null }
          if (messages.length === 0 || next === undefined) return null
          memory = next
        }
      }
    }
  }
})

/** Numbers messages as ActiveWorkflow does: one that is sent again has the number that it had. */
function createMessageIds (): (key: string | undefined) => number {
  const known = new Map<string, number>()
  let last = 0
  return key => {
    const id = (key === undefined ? undefined : known.get(key)) ?? ++last
    if (key !== undefined) known.set(key, id)
    return id
  }
}

/** Every face of an agent that the server has. */
export function everyFace (server: SharedServer): ProtocolAdapter[] {
  return [api, replicanteClassic, replicanteNext, activeWorkflow].map(face => face(server))
}
