import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import type { FastifyInstance } from 'fastify'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.js'
import { applyResult, ClientFailure, readResult, type LogEntry } from './activeworkflow-result.js'

/** What a server answered. The real client looks at the body alone. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Posts the bytes of a body to a path with its query string. */
export type Post = (path: string, body: string) => Promise<RawAnswer>

/** The headers of the real client, in its order; `Host` and `Content-Length` come with the request. */
export const clientHeaders = {
  'User-Agent': 'Faraday v0.17.6',
  'Content-Type': 'application/json',
  Accept: '*/*',
  'Accept-Encoding': 'gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
  Connection: 'close'
}

/** Posts into a server that does not listen. */
export function postInto (app: FastifyInstance): Post {
  return async (url, payload) => {
    const { statusCode, headers, body } = await app.inject({ method: 'POST', url, headers: clientHeaders, payload })
    return { status: statusCode, headers, body }
  }
}

/** Posts to a server at an address such as `http://127.0.0.1:40123`. Rejects when there is no answer. */
export function postTo (address: string): Post {
  return async (path, body) => await new Promise((resolve, reject) => {
    const headers = { ...clientHeaders, 'Content-Length': Buffer.byteLength(body) }
    const request = httpRequest(new URL(path, address), { method: 'POST', headers }, answer => {
      const { statusCode = 0, headers } = answer
      text(answer).then(body => resolve({ status: statusCode, headers, body }), reject)
    })
    request.once('error', reject)
    request.end(body)
  })
}

/** A message, as the whole row of the database in which it is sent. */
export type MessageRow = JsonObject & { payload: JsonObject }

/** A message with a payload; the other columns are those of an installation in California, unless they are given. */
export function messageRow (payload: JsonObject, columns: JsonObject = {}): MessageRow {
  const written = '2026-11-20T14:23:17.994-08:00'
  return {
    ...{ id: 17, user_id: 1, agent_id: 4, payload, created_at: written, updated_at: written, expires_at: null },
    ...columns
  }
}

/** JSON as the real client writes it. */
export function clientJson (value: JsonValue): string {
  const escaped = /[<>&\u2028\u2029]/g
  return JSON.stringify(value).replace(escaped, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** What `register` told of an agent type. */
export interface AgentType extends JsonObject {
  name: string
  display_name: string
  description: string
  default_options: JsonObject
}

/**
 * Asks for an agent type, as each process of ActiveWorkflow does at its start.
 * @throws ClientFailure when ActiveWorkflow would not start
 */
export async function registerType (post: Post, path: string): Promise<AgentType> {
  const { body } = await post(path, clientJson({ method: 'register', params: {} }))
  const type = readResult(body)
  const { name, default_options: options } = type
  // It is made into Ruby code, unseen: what is no constant is a syntax error, or worse.
  if (typeof name !== 'string' || !/^\p{Lu}[\p{L}\p{N}_]*$/u.test(name)) throw new ClientFailure('SyntaxError', String(name))
  if (options !== undefined && !isJsonObject(options)) throw new ClientFailure('TypeError', 'no agent can be saved')
  return type as AgentType
}

interface AgentOptions {
  readonly post: Post
  /** The path of its type, with the query string that a token would be in. */
  readonly path?: string
  readonly options?: JsonObject
  readonly memory?: JsonObject
  readonly credentials?: JsonValue
}

/** An agent in ActiveWorkflow, with what its calls have left there. */
export interface ClientAgent {
  memory: JsonObject
  /** Payloads of the messages that it has emitted, oldest first. */
  readonly messages: JsonObject[]
  /** Texts of its log that are no errors, oldest first. */
  readonly logs: string[]
  readonly errors: string[]
  /** The calls that failed, each as the name of the exception and its text. */
  readonly failures: string[]
  /** Everything that was answered. */
  readonly answers: RawAnswer[]
  /** Delivers a message: up to five calls, until one succeeds. Tells whether one did. */
  receive (message: MessageRow): Promise<boolean>
  /** One scheduled run: up to five calls, until one succeeds. Tells whether one did. */
  check (): Promise<boolean>
  /** Calls once, and applies the answer to nothing: it was lost on its way. */
  callInVain (method: 'receive' | 'check', message: MessageRow | null): Promise<RawAnswer>
}

/** Calls that one job makes before it is given up. Between them the real client waits for seconds to minutes. */
const mostAttempts = 5

/** Makes an agent that behaves as one of ActiveWorkflow 0.9 does, but does not wait before it tries again. */
export function createClientAgent ({ post, path = '/activeworkflow', ...given }: AgentOptions): ClientAgent {
  const { options = {}, memory = {}, credentials = [] } = given
  const state: { memory: JsonObject, messages: JsonObject[], log: LogEntry[] } = { memory, messages: [], log: [] }
  const failures: string[] = []
  const answers: RawAnswer[] = []
  const textsOf = (level: LogEntry['level']): string[] =>
    state.log.filter(entry => entry.level === level).map(({ text }) => text)

  async function call (method: 'receive' | 'check', message: MessageRow | null): Promise<RawAnswer> {
    const params = { options, memory: state.memory, credentials, message }
    const answer = await post(path, clientJson({ method, params }))
    answers.push(answer)
    return answer
  }

  async function job (method: 'receive' | 'check', message: MessageRow | null): Promise<boolean> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      try {
        const { body } = await call(method, message)
        applyResult(state, readResult(body))
        return true
      } catch (error) {
        failures.push(String(error))
      }
    }
    return false
  }

  return {
    get memory () { return state.memory },
    set memory (memory) { state.memory = memory },
    get messages () { return state.messages },
    get logs () { return textsOf('info') },
    get errors () { return textsOf('error') },
    failures,
    answers,
    receive: async message => await job('receive', message),
    check: async () => await job('check', null),
    callInVain: call
  }
}
