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
  /** Stops the datastore gracefully, where the driver can. */
  stop? (signal: AbortSignal): Promise<void>
  /** Gets ready to answer; never fails because the datastore is down. */
  start (): Promise<void>
  /** Ends what `start` and the calls opened. */
  close (): Promise<void>
}

/** What a driver's factory returns. */
export interface Driver {
  readonly datastore: Datastore
  /** The kinds that the driver brings. */
  readonly kinds: readonly ActionKind[]
}
