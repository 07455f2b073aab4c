import { signal, type ReadonlySignal } from '@preact/signals'
import type { StewardClient } from '../../../client/model.js'
import { createCalm } from '../../live/calm.js'
import type { LiveListener } from '../../live/listeners.js'
import { mayBelong, type FinishedFilter } from './finished-filter.js'
import { createFinishedRead, type FinishedRows } from './finished-read.js'

/** The finished actions that fit a filter, kept up to date where nobody is disturbed by that. */
export interface FinishedList extends FinishedRows {
  /** How many have ended that may belong in the list and are not shown. */
  readonly news: ReadonlySignal<number>
  /** Reads on. */
  more (): void
  /** Reads from the beginning. */
  reload (): void
  /** Ends it. */
  close (): void
}

interface Parts {
  readonly client: Pick<StewardClient, 'page'>
  readonly live: { listen (listener: LiveListener): () => void }
  readonly heed: (error: unknown) => void
  readonly filter: FinishedFilter
  /** So many rows are read at first, where there are as many; 50 at least. */
  readonly atLeast?: number
  /** Whether the reader is where new ones may come in. */
  readonly isAtTop: () => boolean
}

/** New ones are read at most once in so many milliseconds. */
const calmMs = 1000

/** Reads the list. New ones come in on top as long as nobody reads further below; else they are counted. */
export function createFinishedList ({ client, live, heed, filter, isAtTop, atLeast = 0 }: Parts): FinishedList {
  const { begin, goOn, isLight, close, ...shown } = createFinishedRead({ client, heed, filter, atLeast })
  const news = signal(0)
  let running = Promise.resolve()
  /** What has ended since the last read began and is not counted yet. */
  let ended = 0

  function read ({ isQuiet }: { isQuiet: boolean }): void {
    ended = 0
    news.value = 0
    running = begin({ isQuiet })
  }

  const calm = createCalm(calmMs, async () => {
    await running
    if (isLight() && isAtTop() && shown.looking.peek() === null) {
      if (ended > 0) read({ isQuiet: true })
      await running
    } else {
      news.value += ended
      ended = 0
    }
  })

  const stopListening = live.listen({
    events: events => {
      const count = events.filter(event => mayBelong(filter, event)).length
      ended += count
      if (count > 0) calm.soon()
    },
    resync: () => { read({ isQuiet: true }) }
  })
  read({ isQuiet: false })

  return {
    ...shown,
    news,
    more () { running = goOn() },
    reload () { read({ isQuiet: shown.rows.peek() !== null }) },
    close () {
      stopListening()
      close()
    }
  }
}
