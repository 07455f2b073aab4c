import { AgentRefusal } from '../../../client/errors.js'
import type { DatastoreInfo } from '../../../client/model.js'
import type { Polled } from './poll.js'

/** How a node is, as far as it is known. */
export interface Standing {
  /** Its node as it was told last; null: it never was. */
  readonly node: Pick<DatastoreInfo['node'], 'id' | 'status' | 'status_reason'> | null
  /** All that was last known of the datastore, perhaps of before; null: nothing yet. */
  readonly known: DatastoreInfo | null
  /** Whether `known` was told the last time that it was asked for. */
  readonly isOfNow: boolean
  /** Why the agent could not tell; null when it could, even that the datastore is down. */
  readonly trouble: Error | null
}

/** What the answers about a datastore come to: one that is down is told of in the problem's own words. */
export function standingOf ({ answer, trouble }: Polled<DatastoreInfo>): Standing {
  const known = answer?.value ?? null
  if (trouble === null) return { node: known?.node ?? null, known, isOfNow: true, trouble }
  const down = trouble instanceof AgentRefusal ? trouble.problem?.node : undefined
  if (down === undefined) return { node: known?.node ?? null, known, isOfNow: false, trouble }
  return { node: down, known, isOfNow: false, trouble: null }
}
