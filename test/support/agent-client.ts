import type { ActionState } from '../../src/domain/lifecycle.js'
import { isFinal } from '../../src/domain/lifecycle.js'
import type { JsonObject, JsonValue } from '../../src/domain/json.js'

/** One entry of a history, as the REST face tells it. */
export interface TransitionView {
  readonly timestamp: string
  readonly state: ActionState
  readonly state_payload: JsonValue
}

/** The fields of an action that tests look at, as the REST face tells them. */
export interface ActionView {
  readonly id: string
  readonly kind: string
  readonly state: ActionState
  readonly args: JsonValue
  readonly state_payload: JsonValue
  readonly interruptions: number
  readonly cancel_requested_ts: string | null
  readonly history: readonly TransitionView[]
}

/** One event of the stream. `id` is what a reconnecting watcher sends; `position` is the number in it. */
export interface EventView extends TransitionView {
  readonly id: string
  readonly position: number
  readonly action_id: string
  readonly kind: string
  readonly lane: string
}

/** What a test asks of a running agent. Every method rejects when the agent is gone. */
export interface AgentClient {
  /** Schedules an action; rejects unless it was accepted. */
  schedule (kind: string, args?: JsonValue): Promise<ActionView>
  /** The answer to any request with a JSON body, whatever it is. */
  post (path: string, body?: JsonValue): Promise<{ readonly status: number, readonly body: JsonObject }>
  /** The action with its history, or null when there is none with this id. */
  find (id: string): Promise<ActionView | null>
  /**
   * The first state of the action for which `enough` holds. Told by the agent, not polled. Rejects when nothing happens
   * to the action for 30 seconds.
   */
  until (id: string, enough: (action: ActionView) => boolean): Promise<ActionView>
  /** The action once it is final. */
  finished (id: string): Promise<ActionView>
}

const json = { 'content-type': 'application/json' }

/** A client of the agent at an address such as `http://127.0.0.1:40123`. */
export function createAgentClient (url: string): AgentClient {
  const at = (path: string): string => `${url}/api/v1${path}`

  async function post (path: string, body?: JsonValue) {
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(at(path), { method: 'POST', headers: json, ...text })
    return { status: response.status, body: await response.json() as JsonObject }
  }

  async function until (id: string, enough: (action: ActionView) => boolean): Promise<ActionView> {
    let seen: Record<string, string> = {}
    for (;;) {
      const response = await fetch(at(`/actions/${id}?wait=30s`), { headers: { 'if-none-match': '"none"', ...seen } })
      if (response.status === 304) throw new Error(`nothing has happened to ${id} for 30 seconds`)
      const action = await accepted<ActionView>(response)
      if (enough(action)) return action
      seen = { 'if-none-match': response.headers.get('etag') ?? '' }
    }
  }

  return {
    post,
    until,
    finished: async id => await until(id, action => isFinal(action.state)),
    async schedule (kind, args) {
      const { status, body } = await post('/actions', args === undefined ? { kind } : { kind, args })
      if (status !== 202) throw new Error(`not accepted (${status}): ${JSON.stringify(body)}`)
      return body as unknown as ActionView
    },
    async find (id) {
      const response = await fetch(at(`/actions/${id}`))
      if (response.status !== 404) return await accepted<ActionView>(response)
      await response.arrayBuffer()
      return null
    }
  }
}

async function accepted<T> (response: Response): Promise<T> {
  if (response.ok) return await response.json() as T
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
}

interface Watch {
  /** The id of the last event that is known already; absent: only what comes from now on. */
  readonly after?: string
  /** Called when the agent has begun to stream, and whenever something comes: what happens from here on is seen. */
  readonly onOpen?: () => void
  /** Called with the reason where the agent says that events are missing; without it, that is an error. */
  readonly onGap?: (reason: string) => void
}

/** The transitions that the agent streams. Ends when the agent ends the stream; throws when the connection breaks. */
export async function * watchEvents (url: string, { after, onOpen, onGap }: Watch = {}): AsyncGenerator<EventView> {
  const response = await fetch(`${url}/api/v1/events`, { headers: after === undefined ? {} : { 'last-event-id': after } })
  if (response.status !== 200) throw new Error(`the event stream answered ${response.status}`)
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    // The agent begins with a comment, at once.
    onOpen?.()
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = readBlock(block, onGap)
      if (event !== null) yield event
    }
  }
}

/**
 * Watches from now on: resolves when the stream is open. `told` resolves with everything that came, when the last event
 * is `enough` or the agent ends the stream; it rejects when the connection breaks.
 */
export async function openEvents (url: string, enough: (event: EventView) => boolean = () => false):
Promise<{ readonly told: Promise<EventView[]> }> {
  let onOpen = (): void => {}
  const open = new Promise<void>(resolve => { onOpen = resolve })
  const read = async (): Promise<EventView[]> => {
    const events: EventView[] = []
    for await (const event of watchEvents(url, { onOpen })) {
      events.push(event)
      if (enough(event)) break
    }
    return events
  }
  const told = read()
  await Promise.race([open, told])
  return { told }
}

/** Comments are nothing. */
function readBlock (block: string, onGap?: Watch['onGap']): EventView | null {
  const fields = Object.fromEntries(block.split('\n').map(line => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 2)]
  }))
  if (fields['event'] === undefined || fields['event'] === 'begin') return null
  if (fields['event'] === 'gap' && onGap !== undefined) {
    onGap((JSON.parse(fields['data'] ?? '') as { reason: string }).reason)
    return null
  }
  if (fields['event'] !== 'transition') throw new Error(`an unexpected event: ${block}`)
  const id = fields['id'] ?? ''
  const data = JSON.parse(fields['data'] ?? '') as Omit<EventView, 'id' | 'position'>
  return { ...data, id, position: Number(id.split('-')[1]) }
}
