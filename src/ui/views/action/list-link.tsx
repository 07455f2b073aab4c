import type { ActionSummary } from '../../../client/model.js'
import { listFor } from './last-list.js'

/** The way back to the list, as it was left. */
export function ListLink ({ state }: { state: ActionSummary['state'] }) {
  const { name, href } = listFor(state)
  return <nav class='back' aria-label='Back'><a href={href}><span aria-hidden='true'>←</span> {name}</a></nav>
}
