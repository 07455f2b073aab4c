/** Rows from one index up to another one, which is not among them. */
export interface Range {
  readonly from: number
  readonly to: number
}

interface Window {
  /** Pixels that are scrolled away. */
  readonly top: number
  /** Pixels that are seen. */
  readonly height: number
  /** Pixels of each row. */
  readonly rowHeight: number
  /** How many rows there are. */
  readonly count: number
}

/** So many rows more are drawn above and below, for what scrolls faster than it is drawn, and for the tabulator key. */
export const overscan = 12

/** The rows that are drawn where this part of a list is seen. Never more than fit, and some. */
export function rangeOf ({ top, height, rowHeight, count }: Window): Range {
  const first = Math.floor(Math.max(0, top) / rowHeight)
  const last = Math.ceil((Math.max(0, top) + height) / rowHeight)
  const to = Math.min(count, last + overscan)
  return { from: Math.max(0, Math.min(first, to) - overscan), to }
}

interface Listed {
  readonly id: string
}

/**
 * Where a row, or the nearest behind it that is still there, is now, when rows were taken away and others were added at
 * the end.
 */
export function placeAfter (before: readonly Listed[], after: readonly Listed[], place: number): number {
  let still = 0
  for (const { id } of before.slice(0, place)) if (id === after[still]?.id) still++
  return still
}
