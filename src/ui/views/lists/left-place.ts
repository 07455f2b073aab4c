/** Where somebody was in a list. */
export interface LeftPlace {
  /** How many rows were shown. */
  readonly rows: number
  /** How far it was scrolled, in pixels. */
  readonly top: number
}

/** No more rows than these are read again for who comes back: a page of the API has as many. */
const mostRows = 1000

/** Keeps the place with the entry of the browser's history that is about to be left. */
export function keepPlace (left: LeftPlace): void {
  history.replaceState({ left }, '')
}

/** Where one was in this entry of the browser's history; null for who did not come back to it. */
export function leftPlace (): LeftPlace | null {
  const { left } = (history.state ?? {}) as { readonly left?: LeftPlace }
  return left === undefined ? null : { rows: Math.min(left.rows, mostRows), top: left.top }
}
