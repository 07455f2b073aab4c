/** Entries of a long history that are shown at first: how it began and how it went at last. */
const shown = { first: 20, last: 80 }

/** Which entries of a history are shown. */
export interface HistoryWindow {
  /** How many from the beginning. */
  readonly first: number
  /** How many are left out behind those. */
  readonly hidden: number
}

/** What is shown of so many entries until somebody asks for all. */
export function historyWindow (entries: number): HistoryWindow {
  const hidden = Math.max(0, entries - shown.first - shown.last)
  return { first: hidden === 0 ? entries : shown.first, hidden }
}
