import type { ComponentChild } from 'preact'
import { ActionPage } from '../views/action.js'
import { DatastorePage } from '../views/datastore.js'
import { FinishedPage } from '../views/finished.js'
import { KindPage } from '../views/kind.js'
import { KindsPage } from '../views/kinds.js'
import { OverviewPage } from '../views/overview.js'
import { QueuePage } from '../views/queue.js'
import type { Route } from './route.js'

/** A page that the navigation leads to. */
export interface Page {
  /** The first part of its path; empty: the beginning. */
  readonly name: string
  readonly title: string
  /** `rest`: the parts of the path behind the name. */
  readonly show: (rest: readonly string[]) => ComponentChild
}

/** The pages, in the order of the navigation. A new one is a view and an entry here. */
export const pages: readonly Page[] = [
  { name: '', title: 'Overview', show: () => <OverviewPage /> },
  { name: 'queue', title: 'Queue', show: () => <QueuePage /> },
  { name: 'finished', title: 'Finished', show: () => <FinishedPage /> },
  { name: 'kinds', title: 'Kinds', show: ([kind]) => kind === undefined ? <KindsPage /> : <KindPage key={kind} name={kind} /> },
  { name: 'datastore', title: 'Datastore', show: () => <DatastorePage /> }
]

/** A page of its own, which the navigation does not lead to. */
const actions: Page = { name: 'actions', title: 'Action', show: ([id]) => id === undefined ? null : <ActionPage key={id} id={id} /> }

/** The page of a place; null: there is none. */
export function pageOf ({ path: [name = ''] }: Route): Page | null {
  return [...pages, actions].find(page => page.name === name) ?? null
}
