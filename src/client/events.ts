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
  /**
   * A stream on which nothing came for so many milliseconds is taken for broken: nobody tells a machine that has slept,
   * or whose network has changed. Default 45,000: three times what the agent lets pass at most.
   */
  readonly silenceMs?: number | undefined
}

/**
 * Every event from then on. A stream that breaks is opened again after the last event that came, so that nothing is
 * missed or told twice, as long as the agent comes back within the patience. Ends with the signal.
 */
export async function * watchEvents (open: OpenStream, options: EventsOptions): AsyncGenerator<AgentEvent> {
  const { after, onOpen, silenceMs = mostSilenceMs, ...patience } = options
  let last = after ?? null
  let pauseMs = firstPauseMs
  for (;;) {
    const response = await patiently(() => open(last), patience)
    const openedAt = performance.now()
    onOpen?.()
    try {
      for await (const { id, event } of messagesIn(response, silenceMs)) {
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
    pauseMs = performance.now() - openedAt > steadyMs ? firstPauseMs : Math.min(pauseMs * 2, lastPauseMs)
  }
}

/** In milliseconds: the pause before a stream is opened again doubles up to the last while streams live shorter. */
const [firstPauseMs, lastPauseMs, steadyMs] = [100, 2000, 5000]

/** The agent sends a comment every 15 s where nothing happens. */
const mostSilenceMs = 45_000

interface Message {
  /** Where a stream may begin after it, also where it is nothing but that. */
  readonly id: string | undefined
  readonly event: AgentEvent | null
}

/** What one answer tells, until it ends. Rejects when the connection breaks, or is silent. */
async function * messagesIn (response: Response, silenceMs: number): AsyncGenerator<Message> {
  const waiting: EventSourceMessage[] = []
  const parser = createParser({ onEvent: message => { waiting.push(message) } })
  for await (const piece of piecesOf(response, silenceMs)) {
    parser.feed(piece)
    for (const message of waiting.splice(0)) yield { id: message.id, event: eventOf(message) }
  }
}

/** By its reader: not every browser goes through a stream with `for await`. */
async function * piecesOf ({ body }: Response, silenceMs: number): AsyncGenerator<string> {
  if (body === null) return
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const { done, value } = await within(silenceMs, reader.read())
      if (done) return
      yield value
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

async function within<T> (ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => { reject(new DOMException('nothing came for too long', 'TimeoutError')) }, ms)
  })
  try {
    return await Promise.race([work, end])
  } finally {
    clearTimeout(timer)
  }
}

/** Null for events of kinds that this client does not know. */
function eventOf ({ event, id, data }: EventSourceMessage): AgentEvent | null {
  if (event !== 'transition' && event !== 'gap') return null
  return { type: event, id: id ?? null, ...JSON.parse(data) as object } as AgentEvent
}
