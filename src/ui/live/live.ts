import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { delay } from '../../client/delay.js'
import type { AgentEvent, TransitionEvent } from '../../client/events.js'
import type { AgentInfo, StewardClient } from '../../client/model.js'
import { patiently } from '../../client/patience.js'
import { comebackWords } from './comeback.js'
import { createListeners, type Listeners } from './listeners.js'
import { createNotices, gapWords, type Notices } from './notices.js'
import { persistently } from './persistently.js'
import { whileHidden } from './visibility.js'

/** How the page is connected to the event stream. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** `since`: milliseconds since the epoch. */
  | { readonly state: 'lost', readonly since: number, readonly reason: string }
  /** The tab is hidden, so the stream is closed: browsers allow a host only a few connections at a time. */
  | { readonly state: 'paused' }

/** The event stream of the agent, shared by all views. */
export interface Live extends Pick<Listeners, 'listen'> {
  readonly connection: ReadonlySignal<Connection>
  readonly notices: Notices
  start (): void
  stop (): void
}

interface Parts {
  readonly client: StewardClient
  /** Where it is kept what runs the agent, asked anew with each connection. */
  readonly agent: Signal<AgentInfo | null>
  /** Told of every error of a call. */
  readonly heed: (error: unknown) => void
}

/** A hidden tab keeps its stream for so long, in milliseconds. */
const hiddenMs = 60_000

/** After so many milliseconds away the views read everything anew instead of going through what was missed. */
const longAwayMs = 10 * 60_000

/** What was missed is replayed within so many milliseconds; what takes longer is not told in the notice. */
const replayMs = 500

/** Makes the stream; it is opened with `start`. */
export function createLive ({ client, agent, heed }: Parts): Live {
  const connection = signal<Connection>({ state: 'connecting' })
  const notices = createNotices()
  const { listen, tell, resync, drop } = createListeners()
  let running: AbortController | null = null
  /** The event after which the stream goes on; null: it begins anew. */
  let last: { readonly id: string, readonly at: number } | null = null

  function lose (error: Error): void {
    if (connection.peek().state === 'lost') return
    connection.value = { state: 'lost', since: Date.now(), reason: error.message }
  }

  /** The stream is open: from here on no event is missed. */
  async function opened ({ isNew, given }: { isNew: boolean, given: AbortSignal }): Promise<void> {
    const before = connection.peek()
    connection.value = { state: 'live' }
    if (isNew) resync()
    const awayMs = before.state === 'lost' ? Date.now() - before.since : null
    const replayed = awayMs === null || isNew ? null : heardWithin(listen, replayMs)
    const known = agent.peek()
    const now = await patiently(() => client.agentInfo({ signal: given }), { patienceMs: Infinity, signal: given })
    agent.value = now
    if (awayMs !== null) notices.add(comebackWords({ known, now, awayMs, missed: await replayed }))
  }

  function take (event: AgentEvent): void {
    if (event.id !== null) last = { id: event.id, at: Date.now() }
    if (event.type === 'transition') return tell(event)
    notices.add(gapWords[event.reason])
    resync()
  }

  async function run (given: AbortSignal): Promise<void> {
    if (last !== null && Date.now() - last.at > longAwayMs) last = null
    let isNew = last === null
    const onOpen = (): void => {
      opened({ isNew, given }).catch((error: unknown) => { if (!given.aborted) heed(error) })
      isNew = false
    }
    const after = last === null ? {} : { after: last.id }
    const events = client.events({ ...after, patienceMs: Infinity, signal: given, onOpen, onTrouble: lose })
    for await (const event of events) take(event)
  }

  function start (): void {
    if (running !== null) return
    const { signal: given } = running = new AbortController()
    const onTrouble = (error: Error): void => {
      lose(error)
      heed(error)
    }
    persistently(() => run(given), { signal: given, onTrouble }).catch(heed)
  }

  function close (state: 'connecting' | 'paused'): void {
    running?.abort()
    running = null
    connection.value = { state }
  }

  whileHidden({
    afterMs: hiddenMs,
    hidden: () => { if (running !== null) close('paused') },
    shown: () => { if (connection.peek().state === 'paused') start() }
  })

  return {
    connection,
    notices,
    listen,
    start,
    stop () {
      close('connecting')
      drop()
      last = null
    }
  }
}

/** The transitions that come within so many milliseconds. */
async function heardWithin (listen: Listeners['listen'], ms: number): Promise<TransitionEvent[]> {
  const heard: TransitionEvent[] = []
  const end = listen({ events: events => { for (const event of events) heard.push(event) } })
  await delay(ms)
  end()
  return heard
}
