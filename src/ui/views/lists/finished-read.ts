import { signal, type ReadonlySignal } from '@preact/signals'
import type { ActionPage, ActionSummary, ListFilter, StewardClient } from '../../../client/model.js'
import { patiently } from '../../../client/patience.js'
import { asError } from '../../live/as-error.js'
import { queryOf, type FinishedFilter } from './finished-filter.js'
import { gather, type Gathered } from './gather.js'

/** Finished actions, as far as they were read. */
export interface FinishedRows {
  /** The newest scheduled first; null: not read yet. */
  readonly rows: ReadonlySignal<readonly ActionSummary[] | null>
  /** Whether there may be more. */
  readonly hasMore: ReadonlySignal<boolean>
  /** How many pages the read that is going on has looked through; null: none is, or one in the background. */
  readonly looking: ReadonlySignal<number | null>
  readonly error: ReadonlySignal<Error | null>
}

/** Reads finished actions. */
export interface FinishedRead extends FinishedRows {
  /** Reads from the beginning; in the background nothing is shown before the end. Resolves when it is over. */
  begin (how: { readonly isQuiet: boolean }): Promise<void>
  /** Reads on, where there may be more. Resolves when it is over. */
  goOn (): Promise<void>
  /** Whether all that is shown came with one look: it can be read again for each action that ends. */
  isLight (): boolean
  close (): void
}

interface Parts {
  readonly client: Pick<StewardClient, 'page'>
  readonly heed: (error: unknown) => void
  readonly filter: FinishedFilter
  /** So many rows are read from the beginning, where there are as many; 50 at least. */
  readonly atLeast?: number
}

interface Place {
  readonly query: ListFilter
  /** Null: at the beginning, or nowhere. */
  readonly cursor: string | null
}

/** So many rows are read at once. */
const usual = 50

/** One read looks through so many pages, each of some 10,000 actions, until somebody asks it to go on. */
const mostPages = 20

/** Makes one; one read at a time, of which the newest holds. Reads nothing yet. */
export function createFinishedRead ({ client, heed, filter, atLeast = 0 }: Parts): FinishedRead {
  const rows = signal<readonly ActionSummary[] | null>(null)
  const hasMore = signal(false)
  const looking = signal<number | null>(null)
  const error = signal<Error | null>(null)
  /** What the last read has asked for, and where it would go on: a cursor holds for the same question only. */
  let place: Place = { query: {}, cursor: null }
  let isLight = false
  let current = new AbortController()

  async function read (
    kept: readonly ActionSummary[], { query, cursor, isQuiet }: Place & { readonly isQuiet: boolean }
  ): Promise<void> {
    current.abort()
    const { signal: given } = current = new AbortController()
    looking.value = isQuiet ? null : 0
    const patience = { patienceMs: Infinity, signal: given, onTrouble: (trouble: Error) => { error.value = trouble } }
    const page = async (part: { cursor?: string, limit: number }): Promise<ActionPage> => {
      return await patiently(() => client.page({ ...query, ...part }, { signal: given }), patience)
    }
    const onPage = ({ rows: found, pages }: Gathered): void => {
      if (isQuiet || given.aborted) return
      if (found.length > 0) rows.value = [...kept, ...found]
      looking.value = pages
    }
    const wanted = cursor === null ? Math.max(usual, atLeast) : usual
    try {
      const found = await gather({ page, cursor, wanted, mostPages, onPage })
      if (given.aborted) return
      rows.value = [...kept, ...found.rows]
      place = { query, cursor: found.next }
      hasMore.value = found.next !== null
      isLight = kept.length === 0 && found.pages === 1
      error.value = null
    } catch (trouble) {
      if (given.aborted) return
      heed(trouble)
      error.value = asError(trouble)
    }
    looking.value = null
  }

  return {
    rows,
    hasMore,
    looking,
    error,
    async begin (how) {
      await read([], { query: queryOf(filter, Date.now()), cursor: null, ...how })
    },
    async goOn () {
      if (place.cursor !== null && looking.peek() === null) await read(rows.peek() ?? [], { ...place, isQuiet: false })
    },
    isLight: () => isLight,
    close () { current.abort() }
  }
}
