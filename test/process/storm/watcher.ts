import { watchEvents, type EventView } from '../../support/agent-client.js'
import { below, type Random } from '../../support/random.js'

/** Somebody who watches the event stream through all lives of the agent, each time from where the last ended. */
export interface Watcher {
  /** Everything that it was told, in the order in which it was. */
  readonly events: readonly EventView[]
  /** How often it was told that events are missing. */
  readonly gaps: readonly string[]
  /** Watches an agent until it is gone, or `enough` says so. */
  follow (url: string, enough?: () => boolean): Promise<void>
}

interface WatcherOptions {
  /** The id of an event before all others. */
  readonly beginning: string
  readonly onEvent?: (event: EventView) => void
  /** With it, the watcher hangs up after a while and comes again, over and over. */
  readonly impatient?: Random
}

/** The greatest number of events after which an impatient watcher hangs up. */
const patience = 50

/** Makes a watcher. */
export function createWatcher ({ beginning, onEvent, impatient }: WatcherOptions): Watcher {
  const events: EventView[] = []
  const gaps: string[] = []
  let last = beginning

  /** False when the agent is gone. */
  async function watchOnce (url: string, enough: () => boolean): Promise<boolean> {
    let left = impatient === undefined ? Infinity : 1 + below(impatient, patience)
    try {
      for await (const event of watchEvents(url, { after: last, onGap: reason => { gaps.push(reason) } })) {
        events.push(event)
        last = event.id
        onEvent?.(event)
        if (--left === 0 || enough()) return true
      }
      // It said itself that it ends.
      return false
    } catch (error) {
      if (isGone(error)) return false
      throw error
    }
  }

  return {
    events,
    gaps,
    async follow (url, enough = () => false) {
      while (!enough() && await watchOnce(url, enough));
    }
  }
}

/** A connection that was refused, cut, or answered by an agent that is about to end. */
function isGone (error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && /answered 503|terminated/.test(error.message))
}
