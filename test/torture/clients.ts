import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { JsonObject } from '../../src/domain/json.js'

/** What the clients have done so far. */
export interface Load {
  /** Acknowledged so far. */
  readonly scheduled: number
  /** Milliseconds from each request to its acknowledgement, in order. */
  readonly acknowledging: readonly number[]
  /** Milliseconds from a request to the news that its action is DONE: of the last of each handful. */
  readonly finishing: readonly number[]
  /** Resolves when everything has been acknowledged, and the last of each client is DONE. */
  readonly over: Promise<void>
}

interface LoadOptions {
  readonly url: string
  readonly actions: number
  readonly clients: number
}

/** So many actions a client schedules before it waits for the last of them: so the queue stays short. */
const handful = 8

/** An action, and how many transitions it makes. */
interface Work {
  readonly body: JsonObject
  readonly transitions: number
}

/** Mostly the smallest action there is, and some that report progress. */
const works: readonly Work[] = [
  ...Array.from({ length: 8 }, () => ({ body: { kind: 'agent.replicante.io/debug.success', args: {} }, transitions: 3 })),
  { body: { kind: 'agent.replicante.io/debug.progress', args: {} }, transitions: 4 },
  { body: { kind: 'agent.replicante.io/test.ping', args: { count: 2 } }, transitions: 4 }
]

/** How many events so many actions of the load come to. */
export function eventsOf (actions: number): number {
  const ofRound = works.reduce((sum, { transitions }) => sum + transitions, 0)
  const rest = works.slice(0, actions % works.length).reduce((sum, { transitions }) => sum + transitions, 0)
  return Math.floor(actions / works.length) * ofRound + rest
}

/**
 * Begins to schedule, with so many clients that keep their connections. The first answer that is not right ends it all.
 */
export function beginLoad ({ url, actions, clients }: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const load = { asked: 0, scheduled: 0, acknowledging: [] as number[], finishing: [] as number[] }

  async function call (path: string, body?: JsonObject): Promise<JsonObject> {
    const headers = { 'content-type': 'application/json' }
    const method = body === undefined ? 'GET' : 'POST'
    return await new Promise((resolve, reject) => {
      const sent = request(url + path, { agent, method, headers }, answer => {
        text(answer).then(text => {
          const { statusCode: status = 0 } = answer
          if (status === 200 || status === 202) resolve(JSON.parse(text) as JsonObject)
          else reject(new Error(`${method} ${path} was answered ${status}: ${text}`))
        }, reject)
      })
      sent.once('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  async function schedule (): Promise<{ id: string, began: number }> {
    const { body } = works[load.asked++ % works.length]!
    const began = performance.now()
    const { id } = await call('/api/v1/actions', body)
    load.acknowledging.push(performance.now() - began)
    load.scheduled++
    return { id: String(id), began }
  }

  async function client (): Promise<void> {
    while (load.asked < actions) {
      let last = await schedule()
      for (let count = 1; count < handful && load.asked < actions; count++) last = await schedule()
      const { state } = await call(`/api/v1/actions/${last.id}?wait=60s`)
      if (state !== 'DONE') throw new Error(`${last.id} is ${String(state)}`)
      load.finishing.push(performance.now() - last.began)
    }
  }

  const over = Promise.all(Array.from({ length: clients }, client)).then(() => { agent.destroy() })
  return Object.assign(load, { over })
}
