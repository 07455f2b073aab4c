import { signal, type ReadonlySignal } from '@preact/signals'
import type { GapEvent } from '../../client/events.js'

/** What happened to the connection, for people to read. */
export interface Notice {
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly text: string
}

/** The newest notices, until they are dismissed. */
export interface Notices {
  readonly list: ReadonlySignal<readonly Notice[]>
  add (text: string): void
  dismiss (id: number): void
}

const kept = 5

/** Makes an empty list of notices. */
export function createNotices (): Notices {
  const list = signal<readonly Notice[]>([])
  let numbered = 0
  return {
    list,
    add (text) { list.value = [...list.value, { id: ++numbered, at: Date.now(), text }].slice(-kept) },
    dismiss (id) { list.value = list.value.filter(notice => notice.id !== id) }
  }
}

/** Why events are missing, and what was done about it. */
export const gapWords: Readonly<Record<GapEvent['reason'], string>> = {
  pruned: 'Some events are too old to be replayed; the page was read anew.',
  'other-store': 'The agent has another database than before; the page was read anew.',
  ahead: 'The database was put back to an earlier time; the page was read anew.'
}
