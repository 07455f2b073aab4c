import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Many answers that the agent holds, until it tells something. */
export interface HeldAnswers {
  /** Resolves when all have been answered, with the moment of each answer. Rejects when one breaks. */
  readonly answered: Promise<number[]>
}

interface Waiting {
  readonly id: string
  /** The entity tag of the action as it is. */
  readonly tag: string
  readonly count: number
}

/** Asks for an action so many times, each to be told of the next change; resolves when all questions have been sent. */
export async function holdWaiters (url: string, { id, tag, count }: Waiting): Promise<HeldAnswers> {
  const agent = new Agent({ maxSockets: Infinity })
  const sent: Array<Promise<unknown>> = []
  const answered = Array.from({ length: count }, async () => {
    const request = get(`${url}/api/v1/actions/${id}?wait=60s`, { agent, headers: { 'if-none-match': tag } })
    sent.push(once(request, 'finish'), once(request, 'socket').then(async ([socket]) => await connected(socket)))
    const [response] = await once(request, 'response') as [IncomingMessage]
    const moment = performance.now()
    response.resume()
    return moment
  })
  const all = Promise.all(answered).finally(() => { agent.destroy() })
  // Whoever looks at it later is told; until then it is nobody's.
  all.catch(() => {})
  await Promise.all(sent)
  return { answered: all }
}

async function connected (socket: Socket): Promise<void> {
  if (socket.connecting) await once(socket, 'connect')
}

/** One watcher of the event stream. */
export interface Watcher {
  /** The events that it has been told. */
  readonly events: () => number
  /** How often it was told that events are missing. */
  readonly gaps: () => number
  readonly close: () => void
}

const mark = Buffer.from('\nid: ')
const gapMark = Buffer.from('event: gap\n')

/** Opens event streams; resolves when all of them are open. */
export async function openWatchers (url: string, count: number): Promise<Watcher[]> {
  const agent = new Agent({ maxSockets: Infinity })
  return await Promise.all(Array.from({ length: count }, async () => {
    const request = get(`${url}/api/v1/events`, { agent })
    const [response] = await once(request, 'response') as [IncomingMessage]
    let events = 0
    let gaps = 0
    let rest = Buffer.alloc(0)
    response.on('error', () => {})
    response.on('data', (chunk: Buffer) => {
      const text = Buffer.concat([rest, chunk])
      for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) events++
      if (text.includes(gapMark)) gaps++
      // A mark may lie across two chunks.
      rest = text.subarray(Math.max(0, text.length - mark.length + 1))
    })
    return { events: () => events, gaps: () => gaps, close: () => { response.destroy() } }
  }))
}
