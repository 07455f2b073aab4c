import type { Shard } from '../../../client/model.js'

/** What of many shards is looked at. */
export interface ShardChoice {
  /** Only those that have the text in their id or role, in whatever case. */
  readonly text: string
  /** Else as the agent tells them. */
  readonly isMostBehindFirst: boolean
}

/** The shards that are wanted, in the order that is wanted. */
export function chosenShards (shards: readonly Shard[], { text, isMostBehindFirst }: ShardChoice): readonly Shard[] {
  const wanted = text.trim().toLowerCase()
  const found = wanted === ''
    ? shards
    : shards.filter(({ id, role }) => id.toLowerCase().includes(wanted) || role.toLowerCase().includes(wanted))
  return isMostBehindFirst ? [...found].sort(byLag) : found
}

/** The furthest behind first; numbers and bigints compare as they are. Those without a lag come last. */
function byLag ({ lag: a }: Shard, { lag: b }: Shard): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  return a.value === b.value ? 0 : a.value < b.value ? 1 : -1
}

interface Wanted {
  /** The id of the one that somebody chose. */
  readonly chosen: string | null
  /** Whether the shard had a lag in the last minutes. */
  readonly hadLag: (id: string) => boolean
}

/** The shard whose lag is plotted: the chosen one while it is there, else the first with a lag; null: none has one. */
export function plottedShard (shards: readonly Shard[], { chosen, hadLag }: Wanted): Shard | null {
  const isPlotted = ({ id, lag }: Shard): boolean => lag !== null || hadLag(id)
  return shards.find(shard => shard.id === chosen && isPlotted(shard)) ?? shards.find(isPlotted) ?? null
}
