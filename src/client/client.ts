import createApiClient, { type Client as ApiClient } from 'openapi-fetch'
import { isSafeNumber, parse } from 'lossless-json'
import type { paths } from './api.js'
import { AgentRefusal } from './errors.js'
import { watchEvents } from './events.js'
import type { ActionDetail, ActionPage, CallOptions, ClientOptions, FollowOptions, ListFilter, Shard, StewardClient } from './model.js'
import { patiently } from './patience.js'
import { createReader, type Reader } from './reader.js'
import { createTransport, type Transport } from './transport.js'

// What users of the package name: this file is all that it exports.
export { AgentRefusal, AgentUnreachable } from './errors.js'
export type { Problem } from './errors.js'
export type { AgentEvent, EventsOptions, GapEvent, TransitionEvent } from './events.js'
export type {
  Action, ActionDetail, ActionPage, ActionRequest, ActionSummary, Activity, AgentInfo, CallOptions, ClientOptions,
  DatastoreInfo, FollowOptions, Kind, ListFilter, Offset, Principal, Scheduled, ScheduleOptions, Shard,
  StewardClient, Transition
} from './model.js'
export type { ClientTls } from './transport.js'

/** How long the agent is asked to hold an answer, in seconds. */
const heldSeconds = 30
const defaultPatienceMs = 60_000

/** Makes a client. Opens no connection. */
export function createClient ({ url, timeoutMs = 30_000, ...how }: ClientOptions): StewardClient {
  const baseUrl = url.replace(/\/+$/, '')
  const transport = createTransport({ ...how, timeoutMs })
  const api = createApiClient<paths>({ baseUrl, fetch: request => transport.send(request) })
  const parts = { api, transport, reader: createReader(baseUrl) }
  return { api, close: transport.close, ...actionCalls(parts), ...streams(parts), ...questions(parts) }
}

interface Parts {
  readonly api: ApiClient<paths>
  readonly transport: Transport
  readonly reader: Reader
}

type ActionCalls = Pick<StewardClient, 'schedule' | 'action' | 'cancel' | 'page' | 'list'>

function actionCalls ({ api, reader: { answer, checked, dataOf } }: Parts): ActionCalls {
  async function page (filter: ListFilter = {}, { signal }: CallOptions = {}): Promise<ActionPage> {
    return await dataOf(api.GET('/api/v1/actions', { params: { query: filter }, ...given(signal) }), 'actions')
  }

  return {
    async schedule (request, { idempotencyKey, signal } = {}) {
      // A structured field: a string in quotation marks.
      const header = idempotencyKey === undefined ? {} : { 'idempotency-key': JSON.stringify(idempotencyKey) }
      const call = api.POST('/api/v1/actions', { params: { header }, body: request, ...given(signal) })
      const { data, response } = await answer(call)
      return { action: checked(data, 'id'), fresh: response.status === 202 }
    },

    action: async (id, { signal } = {}) =>
      await dataOf(api.GET('/api/v1/actions/{id}', { params: { path: { id } }, ...given(signal) }), 'id'),

    cancel: async (id, { signal } = {}) =>
      await dataOf(api.POST('/api/v1/actions/{id}/cancel', { params: { path: { id } }, ...json, ...given(signal) }), 'id'),

    page,

    async * list (filter = {}, options = {}) {
      for (let cursor: string | null | undefined; cursor !== null;) {
        const { actions, next }: ActionPage = await page(cursor === undefined ? filter : { ...filter, cursor }, options)
        yield * actions
        cursor = next ?? null
      }
    }
  }
}

interface Seen {
  readonly action: ActionDetail
  readonly tag: string | null
}

function streams ({ api, transport, reader: { answer, checked, noSteward } }: Parts): Pick<StewardClient, 'follow' | 'outcome' | 'events'> {
  const held = { fetch: (request: Request) => transport.send(request, heldSeconds * 1000) }
  const open = { fetch: (request: Request) => transport.send(request, Infinity), parseAs: 'stream' } as const

  /** The action and its tag; null when it still is what the tag names after as long as the agent holds an answer. */
  async function changed (id: string, tag: string | null, signal: AbortSignal | undefined): Promise<Seen | null> {
    const { data, response } = await answer(tag === null
      ? api.GET('/api/v1/actions/{id}', { params: { path: { id } }, ...given(signal) })
      : api.GET('/api/v1/actions/{id}', {
        params: { path: { id }, query: { wait: `${heldSeconds}s` }, header: { 'if-none-match': tag } },
        ...held,
        ...given(signal)
      }))
    return response.status === 304 ? null : { action: checked(data, 'id'), tag: response.headers.get('etag') }
  }

  async function * follow (id: string, options: FollowOptions = {}): AsyncGenerator<ActionDetail> {
    const patience = { patienceMs: defaultPatienceMs, ...options }
    for (let tag: string | null = null; ;) {
      const seen: Seen | null = await patiently(() => changed(id, tag, options.signal), patience)
      if (seen === null) continue
      yield seen.action
      if (isOver(seen.action)) return
      tag = seen.tag
    }
  }

  return {
    follow,

    async outcome (id, options) {
      for await (const action of follow(id, options)) if (isOver(action)) return action
      throw new Error('an action was followed to no end')
    },

    events: (options = {}) => watchEvents(async after => {
      const header = after === null ? {} : { 'last-event-id': after }
      const call = api.GET('/api/v1/events', { params: { header }, ...open, ...given(options.signal) })
      const { response } = await answer(call)
      if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) return response
      await response.body?.cancel()
      throw noSteward()
    }, { patienceMs: defaultPatienceMs, ...options })
  }
}

type Questions = Pick<StewardClient, 'kinds' | 'kind' | 'agentInfo' | 'activity' | 'datastoreInfo' | 'shards' | 'whoAmI' | 'readiness'>

function questions ({ api, reader: { dataOf, noSteward } }: Parts): Questions {
  return {
    kinds: async ({ signal } = {}) => (await dataOf(api.GET('/api/v1/kinds', given(signal)), 'kinds')).kinds,
    kind: async (name, { signal } = {}) =>
      await dataOf(api.GET('/api/v1/kinds/{kind}', { params: { path: { kind: name } }, ...given(signal) }), 'kind'),
    agentInfo: async ({ signal } = {}) => await dataOf(api.GET('/api/v1/info/agent', given(signal)), 'version'),
    activity: async ({ signal } = {}) => await dataOf(api.GET('/api/v1/activity', given(signal)), 'samples'),
    datastoreInfo: async ({ signal } = {}) => await dataOf(api.GET('/api/v1/info/datastore', given(signal)), 'kind'),
    whoAmI: async ({ signal } = {}) => await dataOf(api.GET('/api/v1/whoami', given(signal)), 'name'),

    async shards ({ signal } = {}) {
      // As text: the parser of `fetch` would round.
      const call = api.GET('/api/v1/shards', { parseAs: 'text', ...given(signal) }).then(({ data, ...of }) => (
        data === undefined ? of : { ...of, data: parse(data, undefined, exactNumber) as { shards: Shard[] } }))
      return (await dataOf(call, 'shards')).shards
    },

    async readiness ({ signal } = {}) {
      const { data, error, response } = await api.GET('/readyz', { parseAs: 'text', ...given(signal) })
      if (response.status === 503 && typeof error === 'string') return error.trim()
      if (!response.ok) throw new AgentRefusal(response, error)
      // Many a server answers every path in some way.
      if (data?.trim() !== 'ok') throw noSteward()
      return null
    }
  }
}

/** Every POST has to say that it is JSON, also one without a body: no page of another origin can send that. */
const json = { headers: { 'content-type': 'application/json' } }

function isOver ({ state }: ActionDetail): boolean {
  return state === 'DONE' || state === 'FAILED'
}

function given (signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

function exactNumber (digits: string): number | bigint {
  return isSafeNumber(digits) ? Number(digits) : BigInt(digits)
}
