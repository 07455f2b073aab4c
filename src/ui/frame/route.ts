import { signal } from '@preact/signals'

/** Where the page is: the parts of the fragment's path, decoded, and its query. */
export interface Route {
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

/** The place that a fragment such as `#/actions/ID?from=queue` names. */
export function readRoute (fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#\/?/, '').split(/\?(.*)/s)
  return { path: path.split('/').filter(part => part !== '').map(decoded), query: new URLSearchParams(query) }
}

/** The fragment of a place; parts may hold anything. Empty values of the query are left out. */
export function hrefOf (path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''))
  return `#/${path.map(encodeURIComponent).join('/')}${asked.size === 0 ? '' : `?${asked}`}`
}

/** Where an action is shown. */
export function actionHref (id: string): string {
  return hrefOf(['actions', id])
}

function decoded (part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Where the page is now. */
export const route = signal<Route>({ path: [], query: new URLSearchParams() })

/** Follows the address from now on. */
export function followAddress (): void {
  const read = (): void => { route.value = readRoute(location.hash) }
  addEventListener('hashchange', read)
  read()
}

/** Changes the query of the place without a new entry in the browser's history: for filters. */
export function replaceQuery (query: Readonly<Record<string, string>>): void {
  history.replaceState(null, '', hrefOf(route.peek().path, query))
  route.value = readRoute(location.hash)
}
