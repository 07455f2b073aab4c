import { v7 } from 'uuid'
import type { JsonObject } from '../../../src/domain/json.js'
import type { ActionState } from '../../../src/domain/lifecycle.js'
import { createClientAgent, messageRow, postTo, type Post } from '../../support/activeworkflow-client.js'
import type { Sent, ToldEnd } from './journal.js'
import type { Work } from './work.js'

/** A manager, in its own language. Whatever it asks of an agent that is gone comes to false or null. */
export interface Face {
  readonly name: Sent['face']
  /** The id that its next request gives the action; null where the agent makes it. */
  nextId (): string | null
  /** Sends a request, maybe again. True when it was acknowledged; its id is known then. */
  send (url: string, request: Sent): Promise<boolean>
  /** What it is told of an action; null when it is told nothing. */
  look (url: string, id: string): Promise<ToldEnd | null>
}

/** An answer with a JSON body; null when the agent is gone, or says that it is going. */
export async function ask (url: string, body?: JsonObject): Promise<{ status: number, body: JsonObject } | null> {
  const request = body === undefined
    ? {}
    : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  try {
    const response = await fetch(url, request)
    const text = await response.text()
    if (response.status === 503) return null
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) as JsonObject }
  } catch (error) {
    // fetch says so when a connection is refused or cut; anything else is a defect of this test or of an answer.
    if (error instanceof TypeError) return null
    throw error
  }
}

interface Dialect {
  readonly name: Sent['face']
  readonly path: (work: Work) => string
  readonly body: (request: Sent) => JsonObject
  /** The statuses that acknowledge: for the first sending, and for a repeated one. */
  readonly fresh: number
  readonly repeated: number
  readonly look: (url: string, id: string) => Promise<ToldEnd | null>
}

/** A manager that gives its actions their ids. */
function createRestFace ({ name, path, body, fresh, repeated, look }: Dialect): Face {
  const sent = new Set<Sent>()
  return {
    name,
    nextId: () => v7(),
    look,
    async send (url, request) {
      const isAgain = sent.has(request)
      sent.add(request)
      const answer = await ask(url + path(request.work), body(request))
      if (answer === null) return false
      if (answer.status !== fresh && !(isAgain && answer.status === repeated)) {
        throw new Error(`${name} answered ${answer.status} to ${request.work.kind}: ${JSON.stringify(answer.body)}`)
      }
      return true
    }
  }
}

/** The agent's own API. It is looked at by a long poll. */
export function createApiFace (): Face {
  return createRestFace({
    name: 'api',
    path: () => '/api/v1/actions',
    body: ({ id, work: { kind, args } }) => ({ id, kind, args }),
    fresh: 202,
    repeated: 200,
    look: async (url, id) => endOf('a long poll', id, await ask(`${url}/api/v1/actions/${id}?wait=5s`), answer => answer)
  })
}

/** Core, up to 0.7. */
export function createClassicFace (): Face {
  return createRestFace({
    name: 'replicante-classic',
    path: ({ kind }) => `/api/unstable/actions/schedule/${kind}`,
    body: ({ id, work: { args } }) => ({ action_id: id, args, requester: 'CORE_API' }),
    fresh: 200,
    repeated: 409,
    look: async (url, id) => {
      const answer = await ask(`${url}/api/unstable/actions/info/${id}`)
      return endOf('the classic dialect', id, answer, ({ action }) => action as JsonObject)
    }
  })
}

/** Core, from 0.8 on. Of a failure it is told in parts, so only of what is DONE. */
export function createNextFace (): Face {
  return createRestFace({
    name: 'replicante-next',
    path: () => '/replisdk/api/unstable/action',
    body: ({ id, work: { kind, args } }) => ({ id, kind, args }),
    fresh: 200,
    repeated: 409,
    look: async (url, id) => {
      const answer = await ask(`${url}/replisdk/api/unstable/action/${id}`)
      const told = endOf('the next dialect', id, answer, ({ state }) => {
        const { phase, payload } = state as JsonObject
        return { state: phase ?? null, state_payload: payload ?? null }
      })
      return told?.state === 'DONE' ? told : null
    }
  })
}

type Answer = Awaited<ReturnType<typeof ask>>

function endOf (by: string, id: string, answer: Answer, read: (body: JsonObject) => JsonObject): ToldEnd | null {
  if (answer === null || answer.status === 304 || answer.status === 404) return null
  if (answer.status !== 200) throw new Error(`${by} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  const { state, state_payload: payload = null } = read(answer.body)
  return { id, by, state: state as ActionState, payload }
}

/** An agent of ActiveWorkflow, and what it was told of the ends of its actions. */
export interface WorkflowFace extends Face {
  readonly told: readonly ToldEnd[]
  /** True once it was said that finished actions may have been pruned before it was told of them. */
  readonly missedSome: boolean
  /** One scheduled run. False when the agent is gone. */
  check (url: string): Promise<boolean>
}

/** An agent of ActiveWorkflow: its messages come again until they are acknowledged; a check tells what has ended. */
export function createWorkflowFace (name: string): WorkflowFace {
  let url = ''
  const post: Post = async (path, body) => await postTo(url)(path, body)
  const agent = createClientAgent({ post, options: { agent: name } })
  const messages = new Map<Sent, number>()
  const told: ToldEnd[] = []
  let last: Promise<unknown> = Promise.resolve()
  /** One call after the other, as ActiveWorkflow has it: what a call leaves in the agent is its own. */
  const inTurn = async <T>(call: () => Promise<T>): Promise<T> => {
    const turn = last.then(call)
    last = turn.catch(() => {})
    return await turn
  }
  return {
    name: 'activeworkflow',
    nextId: () => null,
    look: async () => null,
    told,
    get missedSome () { return agent.errors.some(error => error.includes('have been pruned')) },
    send: async (agentUrl, request) => await inTurn(async () => {
      url = agentUrl
      const number = messages.get(request) ?? messages.size + 1
      messages.set(request, number)
      const known = agent.messages.length
      const { kind, args } = request.work
      if (!await agent.receive(messageRow({ kind, args }, { id: number }))) return false
      const message = agent.messages[known]
      if (message === undefined) throw new Error(`a message led to nothing: ${agent.errors.at(-1)}`)
      request.id = String(message['action_id'])
      return true
    }),
    check: async agentUrl => await inTurn(async () => {
      url = agentUrl
      const known = agent.messages.length
      if (!await agent.check()) return false
      for (const message of agent.messages.slice(known)) told.push(toldBy(message))
      return true
    })
  }
}

function toldBy (message: JsonObject): ToldEnd {
  const { action_id: id, state, state_payload: payload = null } = message
  return { id: String(id), by: 'a check of ActiveWorkflow', state: state as ActionState, payload }
}
