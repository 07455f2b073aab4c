import type { ClusterInfo, DatastoreVersion, NodeInfo } from '../info.js'
import type { ActionKind } from '../kind.js'
import type { Shard } from '../shard.js'

/**
 * What the agent stands beside. It may be down at any time: `node` then answers with the status UNAVAILABLE and the
 * reason, the others reject with a `Problem` `datastore-unavailable`.
 */
export interface Datastore {
  /** The driver's name, for example `sqlite`. */
  readonly kind: string
  node (): Promise<NodeInfo>
  cluster (): Promise<ClusterInfo>
  version (): Promise<DatastoreVersion>
  shards (): Promise<readonly Shard[]>
  /** Gets ready to answer; never fails because the datastore is down. */
  start (): Promise<void>
  /** Ends what `start` and the calls opened. */
  close (): Promise<void>
}

/** What a driver's factory returns. */
export interface Driver {
  readonly datastore: Datastore
  /** The kinds that the driver brings, beside `stop`. */
  readonly kinds: readonly ActionKind[]
  /**
   * `replicante.io/store.stop`: stops the datastore gracefully, and is DONE when it has stopped already. Null where the
   * driver cannot. It is also the first stage of the graceful kinds of services.
   */
  readonly stop: ActionKind | null
  /**
   * What of the driver's settings cannot work on this machine, in sentences: files, folders and programs, not whether
   * the datastore answers. Absent: there is nothing to look at.
   */
  review? (): Promise<readonly string[]>
}

/** What the configuration says of the node, whatever the datastore. */
export interface NodeSettings {
  /** Null: what the datastore calls itself. */
  readonly nodeId: string | null
  /** Null: what the datastore says. */
  readonly clusterId: string | null
  readonly clusterDisplayName: string | null
  readonly addresses: Readonly<Record<string, string>>
  /** Milliseconds that one answer of the datastore may take: a driver gives up what takes longer. */
  readonly timeoutMs: number
}
