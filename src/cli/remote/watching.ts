import { AgentRefusal, AgentUnreachable } from '../../client/errors.js'
import type { AgentEvent } from '../../client/events.js'
import type { Remote } from './remote.js'

/** How long an agent that was there is looked for: longer than an upgrade takes. */
const patienceMs = 600_000

/** How a person who watches is told of the agent. */
export interface Watching {
  /** The id of the last event that is known; absent: only what comes from now on. */
  readonly after?: string | undefined
  /** Called when the agent is lost. Once, until it is back. */
  readonly onLost: (trouble: string) => void
  /** Called when an agent that was lost is back: events go on after the last one. */
  readonly onBack: () => void
}

/** Events that come. */
export interface Watch {
  readonly events: AsyncIterable<AgentEvent>
  /** Ends them. */
  end (): void
}

/**
 * Resolves when the events of the agent come; they end with Ctrl-C. An agent that is not there to begin with is told at
 * once; one that was there is looked for while it restarts.
 */
export async function startWatching ({ client, signal }: Pick<Remote, 'client' | 'signal'>, how: Watching): Promise<Watch> {
  const ended = new AbortController()
  const both = AbortSignal.any([signal, ended.signal])
  let phase: 'begins' | 'open' | 'lost' = 'begins'
  const { promise: opened, resolve: open } = withResolver()
  const onOpen = (): void => {
    if (phase === 'lost') how.onBack()
    phase = 'open'
    open()
  }
  const onTrouble = (error: Error): void => {
    if (phase === 'begins') throw error
    if (phase === 'open') how.onLost(wordsOf(error))
    phase = 'lost'
  }
  const events = client.events({ after: how.after, patienceMs, signal: both, onOpen, onTrouble })
  const first = events.next()
  // Where it never opens, the first answer rejects.
  await Promise.race([opened, first])
  return { events: fromFirst(first, events, both), end: () => { ended.abort() } }
}

async function * fromFirst (
  first: Promise<IteratorResult<AgentEvent, void>>, events: AsyncGenerator<AgentEvent, void>, signal: AbortSignal
): AsyncGenerator<AgentEvent> {
  try {
    const { done, value } = await first
    if (done === true) return
    yield value
    yield * events
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function withResolver (): { readonly promise: Promise<void>, readonly resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>(_resolve => { resolve = _resolve })
  return { promise, resolve }
}

function wordsOf (error: Error): string {
  const isLost = error instanceof AgentUnreachable || (error instanceof AgentRefusal && error.status === 503)
  return isLost ? 'the agent is gone, or stops; it is looked for again' : `${error.message} It is tried again.`
}
