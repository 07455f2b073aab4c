import type { Action, ActionSummary } from '../../domain/action.js'
import type { AgentInfo, ClusterInfo, DatastoreVersion, NodeInfo } from '../../domain/info.js'
import { isJsonObject } from '../../domain/json.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'
import type { ActionState } from '../../domain/lifecycle.js'
import type { Offset, Shard } from '../../domain/shard.js'
import { formatInstant } from '../../rfc3339.js'

/** How an action stands, as this dialect shows it. */
export interface WireState {
  /** What went wrong; null unless the phase is FAILED. */
  readonly error: JsonObject | null
  /** What the action reports of itself; null when nothing. */
  readonly payload: JsonValue
  readonly phase: ActionState
}

/** An action as this dialect shows it. Dates are RFC 3339 in UTC. */
export interface WireExecution {
  readonly args: JsonValue
  readonly created_time: string
  readonly finished_time: string | null
  readonly id: string
  readonly kind: string
  readonly metadata: Readonly<Record<string, string>>
  readonly scheduled_time: string
  readonly state: WireState
}

/** An action in full. */
export function wireExecution (action: Action): WireExecution {
  return {
    args: action.args,
    created_time: formatInstant(action.createdAt),
    finished_time: formatInstant(action.finishedAt),
    id: action.id,
    kind: action.kind,
    metadata: action.headers,
    scheduled_time: formatInstant(action.scheduledAt),
    state: wireState(action)
  }
}

/** The fields of a FAILED payload that say what went wrong. The others are what the action reports of itself. */
const errorFields = new Set(['error', 'layers', 'trace', 'variant', 'reason'])

function wireState ({ state: phase, statePayload }: Pick<Action, 'state' | 'statePayload'>): WireState {
  if (phase !== 'FAILED' || !isJsonObject(statePayload)) return { error: null, payload: statePayload, phase }
  const fields = Object.entries(statePayload)
  const rest = fields.filter(([name]) => !errorFields.has(name))
  return {
    error: Object.fromEntries(fields.filter(([name]) => errorFields.has(name))),
    payload: rest.length === 0 ? null : Object.fromEntries(rest),
    phase
  }
}

/** An action as lists show it. */
export function wireListItem ({ id, kind, state }: ActionSummary): object {
  return { id, kind, phase: state }
}

/** The node. Without a version, which a datastore that is down cannot tell, that is `unknown`. */
export function wireNode (about: {
  readonly agent: AgentInfo
  readonly datastoreKind: string
  readonly node: NodeInfo
  readonly version: DatastoreVersion | null
}): object {
  const { agent, datastoreKind, node, version } = about
  return {
    address: { client: null, member: null, ...node.addresses },
    agent_version: agent,
    attributes: node.attributes,
    node_id: node.id,
    node_status: wireStatus(node),
    store_id: datastoreKind,
    store_version: wireVersion(version)
  }
}

function wireStatus ({ status, statusReason }: NodeInfo): string | object {
  return status === 'UNKNOWN' ? { UNKNOWN: statusReason ?? 'no reason is known' } : status
}

function wireVersion (version: DatastoreVersion | null): object {
  if (version === null) return { number: 'unknown' }
  const { number, checkout, extra } = version
  return { number, ...(checkout === null ? {} : { checkout }), ...(extra === null ? {} : { extra }) }
}

/** The cluster. */
export function wireStore ({ id, attributes }: ClusterInfo): object {
  return { cluster_id: id, attributes }
}

/** What stands where a datastore cannot tell how far it has written: the dialect has no null there. */
const unknownOffset: Offset = { value: 0n, unit: { unit: 'unknown' } }

/** A shard. Figures stay bigints: the serializer writes their exact digits. Units are ours and the dialect's alike. */
export function wireShard ({ id, role, commitOffset, lag }: Shard): object {
  return { id, role: wireRole(role), commit_offset: commitOffset ?? unknownOffset, lag }
}

const roles = { primary: 'Primary', secondary: 'Secondary', recovering: 'Recovering' } as const

function wireRole (role: Shard['role']): string | object {
  return typeof role === 'string' ? roles[role] : { Other: role.other }
}
