import type { Action, ActionSummary, Transition } from '../../domain/action.js'
import { defaultRequester } from '../../domain/action.js'
import type { ClusterInfo, DatastoreVersion, NodeInfo } from '../../domain/info.js'
import type { JsonValue } from '../../domain/json.js'
import type { ActionState } from '../../domain/lifecycle.js'
import type { Offset, Shard } from '../../domain/shard.js'
import { formatInstant } from '../../rfc3339.js'

/** Who may ask for an action, in this dialect. */
export const requesters = ['AGENT_API', 'CORE_API', 'CORE_PLAYBOOK', 'CORE_DECLARATIVE'] as const

/** An action as this dialect shows it. Dates are RFC 3339 in UTC. */
export interface WireAction {
  readonly args: JsonValue
  readonly created_ts: string
  readonly finished_ts: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly id: string
  readonly kind: string
  readonly requester: typeof requesters[number]
  readonly scheduled_ts: string
  readonly state: ActionState
  readonly state_payload: JsonValue
}

/** An action in full. One that came through another protocol, with a requester unknown here, is the agent's own. */
export function wireAction (action: Action): WireAction {
  return {
    args: action.args,
    created_ts: formatInstant(action.createdAt),
    finished_ts: formatInstant(action.finishedAt),
    headers: action.headers,
    id: action.id,
    kind: action.kind,
    requester: requesters.find(known => known === action.requester) ?? defaultRequester,
    scheduled_ts: formatInstant(action.scheduledAt),
    state: action.state,
    state_payload: action.statePayload
  }
}

/** An action as lists show it. */
export function wireListItem ({ id, kind, state }: ActionSummary): Pick<WireAction, 'id' | 'kind' | 'state'> {
  return { id, kind, state }
}

/** One entry of a history. */
export function wireHistoryItem ({ actionId, at, state, payload }: Transition): object {
  return { action_id: actionId, timestamp: formatInstant(at), state, state_payload: payload }
}

/** The datastore. The published text calls the node's identifier `id`, the real client `node_id`: both are given. */
export function wireDatastore (about: {
  readonly kind: string
  readonly node: NodeInfo
  readonly cluster: ClusterInfo
  readonly version: DatastoreVersion
}): object {
  const { kind, node, cluster, version } = about
  return {
    cluster_display_name: cluster.displayName,
    cluster_id: cluster.id,
    kind,
    node_id: node.id,
    id: node.id,
    version: version.number
  }
}

/** A shard. Figures stay bigints: the serializer writes their exact digits. */
export function wireShard ({ id, role, commitOffset, lag }: Shard): object {
  return { id, role: wireRole(role), commit_offset: wireOffset(commitOffset), lag: wireOffset(lag) }
}

function wireRole (role: Shard['role']): string | { readonly unknown: string } {
  if (role === 'primary' || role === 'secondary') return role
  return { unknown: role === 'recovering' ? role : role.other }
}

function wireOffset (offset: Offset | null): object | null {
  if (offset === null) return null
  const { unit, value } = offset
  if (unit === 'seconds') return { unit, value }
  return { unit: unit === 'milliseconds' ? { unit } : { unit: unit.unit }, value }
}
