import type { ActionPage, ActionSummary } from '../../../client/model.js'

/** What was found in a list. */
export interface Gathered {
  readonly rows: readonly ActionSummary[]
  /** Where to go on; null: this was the end. */
  readonly next: string | null
  /** How many pages were read: each looks at a bounded number of actions. */
  readonly pages: number
}

interface Gathering {
  /** Reads a page; of at most so many rows. */
  readonly page: (place: { readonly cursor?: string, readonly limit: number }) => Promise<ActionPage>
  /** Where to begin; null: at the beginning. */
  readonly cursor: string | null
  /** So many rows are wanted. */
  readonly wanted: number
  /** So many pages are read at most. */
  readonly mostPages: number
  /** Told after each page. */
  readonly onPage: (sofar: Gathered) => void
}

/** Reads on until there are enough rows, nothing more, or too much was looked at: a page may be short or empty. */
export async function gather ({ page, cursor, wanted, mostPages, onPage }: Gathering): Promise<Gathered> {
  let sofar: Gathered = { rows: [], next: cursor, pages: 0 }
  do {
    const place = sofar.next === null ? {} : { cursor: sofar.next }
    const { actions, next } = await page({ ...place, limit: wanted - sofar.rows.length })
    sofar = { rows: [...sofar.rows, ...actions], next, pages: sofar.pages + 1 }
    onPage(sofar)
  } while (sofar.next !== null && sofar.rows.length < wanted && sofar.pages < mostPages)
  return sofar
}
