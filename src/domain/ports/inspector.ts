import type { AgentInfo, ClusterInfo, DatastoreVersion, NodeInfo } from '../info.js'
import type { Shard } from '../shard.js'

/** Answers who and what: the agent, and the datastore beside it, each within a time limit. */
export interface Inspector {
  agent (): AgentInfo
  /** The driver's name. */
  readonly datastoreKind: string
  /** Never rejects: a node that does not answer is UNAVAILABLE. */
  node (): Promise<NodeInfo>
  /** These reject with `datastore-unavailable`. */
  cluster (): Promise<ClusterInfo>
  version (): Promise<DatastoreVersion>
  shards (): Promise<readonly Shard[]>
}
