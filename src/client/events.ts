import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { delay } from './delay.js'
import { AgentUnreachable } from './errors.js'
import { patiently, type Patience } from './patience.js'
import type { components } from './api.js'

/** A transition of an action, as the event stream tells it. */
export interface TransitionEvent {
  readonly type: 'transition'
  /** Where a later stream may begin: after this event. */
  readonly id: string
  readonly action_id: string
  readonly kind: string
  readonly lane: string
  readonly protocol: string
  /** RFC 3339 UTC. */
  readonly timestamp: string
  readonly state: components['schemas']['Transition']['state']
  readonly state_payload: unknown
}

/** Events before this one are missing: they were pruned, or the agent has another database than before. */
export interface GapEvent {
  readonly type: 'gap'
  readonly id: string | null
  readonly reason: 'pruned' | 'other-store' | 'ahead'
}

/** What the event stream tells. */
export type AgentEvent = TransitionEvent | GapEvent

/** Opens the stream after an event; null: from now on. */
export type OpenStream = (after: string | null) => Promise<Response>

/** Where to begin, and how long a lost agent is looked for. */
export interface EventsOptions extends Patience {
  /** The id of the last event that is known; absent: only what comes from now on. */
  readonly after?: string | undefined
  /** Called when the stream is open, also when it was opened again. */
  readonly onOpen?: (() => void) | undefined
}

/**
 * Every event from then on. A stream that breaks is opened again after the last event that came, so that nothing is
 * missed or told twice, as long as the agent comes back within the patience. Ends with the signal.
 */
export async function * watchEvents (open: OpenStream, options: EventsOptions): AsyncGenerator<AgentEvent> {
  const { after, onOpen, ...patience } = options
  let last = after ?? null
  for (;;) {
    const response = await patiently(() => open(last), patience)
    onOpen?.()
    try {
      for await (const { id, event } of messagesIn(response)) {
        last = id ?? last
        if (event !== null) yield event
      }
    } catch (error) {
      if (patience.signal?.aborted === true) return
      // The stream broke: the next try tells whether the agent is gone.
      patience.onTrouble?.(new AgentUnreachable(response.url, error))
    }
    // What ends each stream at once must not be asked again at once.
    await delay(pauseMs, patience.signal).catch(() => {})
    if (patience.signal?.aborted === true) return
  }
}

const pauseMs = 100

interface Message {
  /** Where a stream may begin after it, also where it is nothing but that. */
  readonly id: string | undefined
  readonly event: AgentEvent | null
}

/** What one answer tells, until it ends. Rejects when the connection breaks. */
async function * messagesIn (response: Response): AsyncGenerator<Message> {
  const waiting: EventSourceMessage[] = []
  const parser = createParser({ onEvent: message => { waiting.push(message) } })
  const text = response.body?.pipeThrough(new TextDecoderStream()) ?? []
  for await (const piece of text as unknown as AsyncIterable<string>) {
    parser.feed(piece)
    for (const message of waiting.splice(0)) yield { id: message.id, event: eventOf(message) }
  }
}

/** Null for events of kinds that this client does not know. */
function eventOf ({ event, id, data }: EventSourceMessage): AgentEvent | null {
  if (event !== 'transition' && event !== 'gap') return null
  return { type: event, id: id ?? null, ...JSON.parse(data) as object } as AgentEvent
}
