import { standingOf } from './standing.js'
import { usePoll, useWatch } from './watch.js'

/** Which node it is that this page drives. */
export interface NodeName {
  readonly id: string
  /** The driver, such as `postgresql`; null where the datastore has not answered yet. */
  readonly datastore: string | null
  /** The role of its shards, where all have the same; null where they have not, or it is not known. */
  readonly role: string | null
}

/** The node beside the agent; null until it is known. */
export function useNodeName (): NodeName | null {
  const { info, shards } = useWatch()
  const { node, known } = standingOf(usePoll(info))
  const roles = new Set((usePoll(shards).answer?.value ?? []).map(({ role }) => role))
  if (node === null) return null
  const [role = null] = roles.size === 1 ? roles : []
  return { id: node.id, datastore: known?.kind ?? null, role }
}

/** A node in words, such as `postgresql db-1, primary`. */
export function nodeWords ({ id, datastore, role }: NodeName): string {
  return `${datastore === null ? '' : `${datastore} `}${id}${role === null ? '' : `, ${role}`}`
}

/** The node in words; nothing until it is known. */
export function NodeWords ({ before = '', className }: { before?: string, className: string }) {
  const node = useNodeName()
  if (node === null) return <span class={className} />
  const words = nodeWords(node)
  return <span class={className} title={words}>{before}{words}</span>
}
