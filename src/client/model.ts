import type { Client as ApiClient } from 'openapi-fetch'
import type { components, operations, paths } from './api.js'
import type { AgentEvent, EventsOptions } from './events.js'
import type { Patience } from './patience.js'
import type { ClientTls } from './transport.js'

type Schemas = components['schemas']

/** An action without what may be large. */
export type ActionSummary = Schemas['ActionSummary']
/** An action with its arguments and what it last reported. */
export type Action = Schemas['Action']
/** An action with its history. */
export type ActionDetail = Schemas['ActionDetail']
/** One entry of a history. */
export type Transition = Schemas['Transition']
/** What is sent to schedule an action. */
export type ActionRequest = Schemas['ActionRequest']
/** A kind of action. */
export type Kind = Schemas['Kind']
/** The version of the agent, since when it runs, and whether it takes actions. */
export type AgentInfo = Schemas['AgentInfo']
/** The datastore beside the agent. */
export type DatastoreInfo = Schemas['DatastoreInfo']
/** Whom the agent takes the client for. */
export type Principal = Schemas['Principal']
/** What the agent did in each minute of the last hour, and how its queue is. */
export type Activity = Schemas['Activity']
/** A page of a list. */
export type ActionPage = Schemas['ActionPage']
/** What lists are filtered by. */
export type ListFilter = NonNullable<operations['listActions']['parameters']['query']>

type ListedShard = Schemas['Shards']['shards'][number]
/** How far, in which unit. Beyond 2^53 the value is a bigint, with every digit. */
export interface Offset { readonly value: number | bigint, readonly unit: string }
/** A part of the data. */
export interface Shard extends Omit<ListedShard, 'commit_offset' | 'lag'> {
  readonly commit_offset: Offset | null
  readonly lag: Offset | null
}

/** What a client is made with. */
export interface ClientOptions {
  /** The agent, for example `http://127.0.0.1:8000`. */
  readonly url: string
  /** A token that `steward token create` made; a function is asked before each request, and may have none. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined
  /** PEM texts, where Node's authorities are not the right ones or the agent asks for a certificate. */
  readonly tls?: ClientTls | undefined
  /** Milliseconds until an answer has to begin, beside what the agent was asked to wait. Default 30,000. */
  readonly timeoutMs?: number | undefined
}

/** What can be given with any call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** What can be given with a request that schedules. */
export interface ScheduleOptions extends CallOptions {
  /** A text that is the same whenever the request is repeated. */
  readonly idempotencyKey?: string | undefined
}

/** What following takes: by default a lost agent is looked for during 60 s. */
export type FollowOptions = Partial<Patience>

/** An action is scheduled now, or was before by the same request. */
export interface Scheduled {
  readonly action: Action
  /** False: the same request had been accepted before, and this is its action as it is now. */
  readonly fresh: boolean
}

/**
 * An agent, over its HTTP API. Every method rejects with `AgentRefusal` where the agent refuses, `AgentUnreachable`
 * where it does not answer, and the signal's reason where that comes first.
 */
export interface StewardClient {
  /** The API itself, typed by its OpenAPI document, for what has no method here. */
  readonly api: ApiClient<paths>
  /** Resolves when the action is on disk. With an `id` or an idempotency key it may be repeated without harm. */
  schedule (request: ActionRequest, options?: ScheduleOptions): Promise<Scheduled>
  action (id: string, options?: CallOptions): Promise<ActionDetail>
  /** The action as it is now, and again each time it has changed, until it has ended. Rides over restarts. */
  follow (id: string, options?: FollowOptions): AsyncGenerator<ActionDetail>
  /** Resolves with the action once it is DONE or FAILED. Rides over restarts. */
  outcome (id: string, options?: FollowOptions): Promise<ActionDetail>
  /** Resolves when the wish is on disk; a running action ends some time after. */
  cancel (id: string, options?: CallOptions): Promise<Action>
  page (filter?: ListFilter, options?: CallOptions): Promise<ActionPage>
  /** All that fit the filter, page after page. */
  list (filter?: Omit<ListFilter, 'cursor'>, options?: CallOptions): AsyncGenerator<ActionSummary>
  /** Every transition, from now on or after an event; opened again after the last event when it breaks. */
  events (options?: Partial<EventsOptions>): AsyncGenerator<AgentEvent>
  kinds (options?: CallOptions): Promise<readonly Kind[]>
  kind (name: string, options?: CallOptions): Promise<Kind>
  agentInfo (options?: CallOptions): Promise<AgentInfo>
  activity (options?: CallOptions): Promise<Activity>
  datastoreInfo (options?: CallOptions): Promise<DatastoreInfo>
  shards (options?: CallOptions): Promise<readonly Shard[]>
  whoAmI (options?: CallOptions): Promise<Principal>
  /** Null when the agent is ready, else why not. */
  readiness (options?: CallOptions): Promise<string | null>
  /** Closes idle connections. */
  close (): Promise<void>
}
