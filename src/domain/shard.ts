/** The role of this node for a shard. Anything but the first three is the datastore's own word. */
export type ShardRole = 'primary' | 'secondary' | 'recovering' | { readonly other: string }

/** How a figure counts: a time unit, or the datastore's own unit. */
export type OffsetUnit = 'seconds' | 'milliseconds' | { readonly unit: string }

/** A position or a distance. Exact: datastores count past 2^53. */
export interface Offset {
  /** Signed 64-bit. */
  readonly value: bigint
  readonly unit: OffsetUnit
}

/** A part of the datastore's data that this node holds. */
export interface Shard {
  readonly id: string
  readonly role: ShardRole
  /** How far this node has written; null when the datastore cannot tell. */
  readonly commitOffset: Offset | null
  /** How far it is behind the primary; null when it is the primary or cannot tell. */
  readonly lag: Offset | null
}
