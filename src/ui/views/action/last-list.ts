import { readRoute, route } from '../../frame/route.js'

/** A list that leads to actions. */
export interface LastList {
  readonly name: string
  readonly href: string
}

const names: Readonly<Record<string, string>> = { '': 'Overview', queue: 'Queue', finished: 'Finished' }

/** The list that was last seen, with its filters; null: none was. */
let last: LastList | null = null

// The address rather than the route: that is of no place until the page begins to follow its address.
route.subscribe(() => {
  const { path: [page = ''] } = readRoute(location.hash)
  if (Object.hasOwn(names, page)) last = { name: names[page] ?? '', href: location.hash === '' ? '#/' : location.hash }
})

/** The list that one came from; for who came from nowhere the one that has an action of this state. */
export function listFor (state: 'NEW' | 'RUNNING' | 'DONE' | 'FAILED'): LastList {
  if (last !== null) return last
  const page = { NEW: 'queue', RUNNING: '', DONE: 'finished', FAILED: 'finished' }[state]
  return { name: names[page] ?? '', href: `#/${page}` }
}
