import { Gauge, type Registry } from 'prom-client'
import type { Clock, Instant } from '../domain/clock.js'
import type { Inspector } from '../domain/ports/inspector.js'
import type { Offset, Shard } from '../domain/shard.js'

/** What the metrics of a datastore are made of. */
export interface DatastoreMetricsDeps {
  readonly registry: Registry
  readonly clock: Clock
  readonly inspector: Pick<Inspector, 'node' | 'shards'>
  /** How long a scrape waits for the datastore, in milliseconds. Default 1000. */
  readonly limitMs?: number
  /** How many shards are told one by one, for the life of the process. Default 64. */
  readonly shardLabels?: number
}

/** What the datastore said when it was asked last. */
interface Answer {
  readonly up: boolean
  /** Null: it did not say. */
  readonly shards: readonly Shard[] | null
  readonly at: Instant
}

/**
 * Adds what the datastore says of itself, asked at each scrape. One that takes its time does not hold the scrape up:
 * what it said last is told then, with its age. Before its first answer there is nothing to tell.
 */
export function addDatastoreMetrics (deps: DatastoreMetricsDeps): void {
  const { clock, limitMs = 1000, shardLabels = 64 } = deps
  const gauges = createGauges(deps, async () => { await refreshed() })
  const named = new Set<string>()
  let last: Answer | null = null
  let asking: Promise<void> | null = null
  let scrape: Promise<void> | null = null

  const tell = (answer: Answer): void => {
    const { up, shards } = last = answer
    gauges.up.set(up ? 1 : 0)
    gauges.offset.reset()
    gauges.lag.reset()
    if (shards === null) return gauges.shards.remove()
    gauges.shards.set(shards.length)
    for (const shard of shards) {
      if (named.size < shardLabels) named.add(shard.id)
      if (named.has(shard.id)) tellShard(gauges, shard)
    }
  }

  const refresh = async (): Promise<void> => {
    asking ??= ask(deps).then(tell).finally(() => { asking = null })
    await within(limitMs, asking)
    if (last !== null) gauges.age.set(Math.max(0, clock.now() - last.at) / 1000)
  }

  /** The gauges of one scrape are collected at the same time, and share what is asked for the first of them. */
  const refreshed = (): Promise<void> => {
    scrape ??= refresh().finally(() => { scrape = null })
    return scrape
  }
}

/** Never rejects. */
async function ask ({ inspector, clock }: Pick<DatastoreMetricsDeps, 'inspector' | 'clock'>): Promise<Answer> {
  const [{ status }, shards] = await Promise.all([inspector.node(), inspector.shards().catch(() => null)])
  return { up: status !== 'UNAVAILABLE', shards, at: clock.now() }
}

type Gauges = ReturnType<typeof createGauges>

function createGauges ({ registry }: Pick<DatastoreMetricsDeps, 'registry'>, collect: () => Promise<void>) {
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge<L>({ name, help, labelNames, registers: [registry], collect })
  const ofShard = ['shard', 'role', 'unit'] as const
  const gauges = {
    up: gauge('steward_datastore_up', 'Whether the datastore answers: 1 or 0.'),
    age: gauge('steward_datastore_answer_age_seconds', 'Age of what is told of the datastore; grows while it takes its time.'),
    shards: gauge('steward_datastore_shards', 'Shards that the datastore holds on this node.'),
    offset: gauge('steward_shard_commit_offset', 'How far a shard was written, rounded beyond 2^53, by shard, role and unit.', ofShard),
    lag: gauge('steward_shard_lag', 'How far a shard is behind its primary, rounded beyond 2^53, by shard, role and unit.', ofShard)
  }
  // Without labels they begin at 0, which says something, and nothing is known yet.
  for (const known of [gauges.up, gauges.age, gauges.shards]) known.remove()
  return gauges
}

function tellShard ({ offset, lag }: Gauges, { id, role, commitOffset, lag: behind }: Shard): void {
  const labels = (unit: Offset['unit']) => ({
    shard: id, role: typeof role === 'string' ? role : role.other, unit: typeof unit === 'string' ? unit : unit.unit
  })
  if (commitOffset !== null) offset.set(labels(commitOffset.unit), Number(commitOffset.value))
  if (behind !== null) lag.set(labels(behind.unit), Number(behind.value))
}

/** Waits for the promise, but not longer than the limit. */
async function within (limitMs: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>(resolve => { timer = setTimeout(resolve, limitMs) })
  await Promise.race([promise, limit]).finally(() => { clearTimeout(timer) })
}
