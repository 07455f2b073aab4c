/** What runs this agent. */
export interface AgentInfo {
  /** SemVer. */
  readonly number: string
  /** The VCS commit it was built from, `unknown` where that cannot be told. */
  readonly checkout: string
  /** `not tainted`, or `tainted` when it was built from changed files. */
  readonly taint: string
}

/** A datastore attribute's value. */
export type AttributeValue = boolean | null | number | string

/** How the node is. `UNKNOWN` carries its reason in `NodeInfo.statusReason`. */
export type NodeStatus =
  | 'UNAVAILABLE' | 'NOT_IN_CLUSTER' | 'JOINING_CLUSTER' | 'LEAVING_CLUSTER' | 'UNHEALTHY' | 'HEALTHY' | 'UNKNOWN'

/** The node that the agent stands beside. */
export interface NodeInfo {
  readonly id: string
  readonly status: NodeStatus
  /** Why the status is what it is, where there is something to say. */
  readonly statusReason: string | null
  /** Addresses by use, for example `client` and `member`. */
  readonly addresses: Readonly<Record<string, string>>
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** The cluster that the node belongs to. */
export interface ClusterInfo {
  readonly id: string
  /** Null when unknown. */
  readonly displayName: string | null
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** The version of the datastore's software. */
export interface DatastoreVersion {
  /** SemVer, or as near to it as the datastore comes. */
  readonly number: string
  readonly checkout: string | null
  readonly extra: string | null
}
