import { Gauge, Registry } from 'prom-client'
import type { Clock, Instant } from '../domain/clock.js'
import type { Inspector } from '../domain/ports/inspector.js'
import type { Observer } from '../domain/ports/observer.js'
import type { LaneDepth } from '../domain/ports/store.js'
import { createCounter, createHistogram } from '../tally.js'
import { createActionMetrics, type ActionMetrics } from './action-metrics.js'
import { addDatastoreMetrics } from './datastore-metrics.js'
import { createLaneLabels } from './lane-gauge.js'
import { createProcessMetrics } from './process-metrics.js'

/** The agent's metrics. */
export interface Metrics {
  /** What components tell goes in here. */
  readonly observer: Omit<Required<Observer>, 'resumed' | 'interrupted'>
  /** The media type of `text`. */
  readonly contentType: string
  /** Takes what the store knows of successes before the process, when the agent starts. */
  readonly recall: ActionMetrics['recall']
  /** Every metric in the Prometheus text format, as it is now. */
  text (): Promise<string>
  /** Name and help of every metric. */
  describe (): readonly { readonly name: string, readonly help: string }[]
  /** Stops what measures in the background. May be called twice. */
  close (): void
}

/** What metrics are made of. */
export interface MetricsDeps {
  readonly clock: Clock
  /** The queue as it is: asked at each scrape. */
  readonly queue: () => { readonly lanes: readonly LaneDepth[], readonly oldestWaiting: Instant | null }
  /** Asked for the datastore's metrics. Without one there are none. */
  readonly inspector?: Pick<Inspector, 'node' | 'shards'>
  /** Whether the agent takes actions. Default true. */
  readonly takesActions?: boolean
  /** The kinds that the agent has. Default none. */
  readonly kinds?: readonly string[]
  /** The agent's version. */
  readonly version: string
  /** How many lanes get a label of their own. Default 32. */
  readonly laneLabels?: number
}

/** Milliseconds that disk and requests take, in seconds. */
const shortBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60]

/** From a short wait to an event stream that is watched all day, in seconds. */
const heldBuckets = [0.1, 1, 5, 15, 30, 60, 300, 1800, 7200, 43200]

/** Makes the metrics, in a registry of their own. */
export function createMetrics (deps: MetricsDeps): Metrics {
  const { clock, queue, inspector, version, takesActions = true, kinds = [], laneLabels = 32 } = deps
  const registry = new Registry()
  const help = 'Whether the agent takes actions, 1 or 0: where anybody on the network could ask for them it takes none.'
  new Gauge({ name: 'steward_actions_enabled', help, registers: [registry] }).set(takesActions ? 1 : 0)
  addQueueMetrics({ registry, clock, queue, labels: createLaneLabels(laneLabels) })
  const { committed, recall } = createActionMetrics(registry, kinds)
  const observer = {
    committed,
    ...storeMetrics(registry),
    ...runMetrics(registry),
    ...httpMetrics(registry),
    ...traceMetrics(registry)
  }
  if (inspector !== undefined) addDatastoreMetrics({ registry, clock, inspector })
  const stopMeasuring = createProcessMetrics(registry, version)
  return {
    observer,
    recall,
    contentType: registry.contentType,
    text: () => registry.metrics(),
    describe: () => registry.getMetricsAsArray().map(({ name, help }) => ({ name, help })),
    close: stopMeasuring
  }
}

interface QueueMetricsDeps extends Pick<MetricsDeps, 'clock' | 'queue'> {
  readonly registry: Registry
  readonly labels: ReturnType<typeof createLaneLabels>
}

function addQueueMetrics ({ registry, clock, queue, labels }: QueueMetricsDeps): void {
  const depth = new Gauge({
    name: 'steward_queue_depth',
    help: 'Actions in the queue, by lane and state (waiting, running).',
    labelNames: ['lane', 'state'],
    registers: [registry],
    collect () {
      const { lanes, oldestWaiting } = queue()
      depth.reset()
      for (const { lane, waiting, running } of labels(lanes)) {
        depth.labels(lane, 'waiting').set(waiting)
        depth.labels(lane, 'running').set(running)
      }
      age.set(oldestWaiting === null ? 0 : Math.max(0, clock.now() - oldestWaiting) / 1000)
    }
  })
  // Second, because metrics are collected in the order of their making, and the first asks the queue for both.
  const age = new Gauge({
    name: 'steward_queue_oldest_waiting_seconds',
    help: 'Age of the oldest action that waits; 0 when none does.',
    registers: [registry]
  })
}

function storeMetrics (registry: Registry): Pick<Required<Observer>, 'turn' | 'operation' | 'pruned'> {
  const registers = [registry]
  const entries = createHistogram({
    name: 'steward_write_turn_entries',
    help: 'How many intentions one write turn carried out.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers
  }).labels()
  const turns = createHistogram({
    name: 'steward_write_turn_seconds',
    help: 'How long a write turn took, with its commit.',
    buckets: shortBuckets,
    registers
  }).labels()
  const failed = createCounter({
    name: 'steward_write_turn_failures_total',
    help: 'Write turns that could not be committed.',
    registers
  }).labels()
  const operations = createHistogram({
    name: 'steward_store_operation_seconds',
    help: 'How long an intention of the store took, by operation.',
    labelNames: ['operation'],
    buckets: shortBuckets,
    registers
  })
  const errors = createCounter({
    name: 'steward_store_operation_errors_total',
    help: 'Intentions of the store that failed, by operation.',
    labelNames: ['operation'],
    registers
  })
  const pruned = createCounter({
    name: 'steward_pruned_actions_total',
    help: 'Finished actions that pruning removed.',
    registers
  }).labels()
  const prunings = createHistogram({
    name: 'steward_prune_seconds',
    help: 'How long a pruning took, from its first step to its last.',
    buckets: shortBuckets,
    registers
  }).labels()
  return {
    turn ({ entries: count, ms, ok }) {
      entries.observe(count)
      turns.observe(ms / 1000)
      if (!ok) failed.inc()
    },
    operation ({ name, ms, ok }) {
      operations.labels(name).observe(ms / 1000)
      if (!ok) errors.labels(name).inc()
    },
    pruned ({ removed, ms }) {
      pruned.inc(removed)
      prunings.observe(ms / 1000)
    }
  }
}

function runMetrics (registry: Registry): Pick<Required<Observer>, 'stuck'> {
  const stuck = createCounter({
    name: 'steward_stuck_runs_total',
    help: 'Runs that did not end although their signal was aborted, by kind.',
    labelNames: ['kind'],
    registers: [registry]
  })
  return { stuck: ({ kind }) => stuck.labels(kind).inc() }
}

function httpMetrics (registry: Registry): Pick<Required<Observer>, 'request'> {
  const requests = createHistogram({
    name: 'steward_http_request_seconds',
    help: 'How long requests took, by method, route and status; without those that were held on purpose.',
    labelNames: ['method', 'route', 'status'],
    buckets: shortBuckets,
    registers: [registry]
  })
  const held = createHistogram({
    name: 'steward_http_held_seconds',
    help: 'How long answers were held on purpose (waits and event streams), by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: heldBuckets,
    registers: [registry]
  })
  return {
    request: ({ method, route, status, ms, held: wasHeld }) => {
      (wasHeld ? held : requests).labels(method, route, String(status)).observe(ms / 1000)
    }
  }
}

function traceMetrics (registry: Registry): Pick<Required<Observer>, 'spans'> {
  const spans = createCounter({
    name: 'steward_trace_spans_total',
    help: 'Spans by what became of them: sent to the collector, or dropped.',
    labelNames: ['fate'],
    registers: [registry]
  })
  return { spans: ({ fate, count }) => spans.labels(fate).inc(count) }
}
