import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Gauge, collectDefaultMetrics } from 'prom-client'
import type { Registry } from 'prom-client'

const quantiles = [0.5, 0.9, 0.99, 1]

/**
 * What is known of the process: prom-client's default metrics, and the event loop's lag since the last scrape.
 * The returned function stops the measuring.
 */
export function createProcessMetrics (registry: Registry, version: string): () => void {
  const registers = [registry]
  // prom-client's own lag monitor can never be stopped: it is made idle, and what it would report is taken out.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 60_000 })
  for (const { name } of registry.getMetricsAsArray()) {
    if (name.startsWith('nodejs_eventloop_lag')) registry.removeSingleMetric(name)
  }
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const lag = new Gauge({
    name: 'steward_event_loop_lag_seconds',
    help: 'Event-loop lag since the last scrape, by quantile; 1 is the largest.',
    labelNames: ['quantile'],
    registers,
    collect () {
      for (const quantile of quantiles) lag.labels(String(quantile)).set(secondsAt(quantile * 100))
      delay.reset()
    }
  })
  // The histogram counts the timer's own interval too; with nothing measured yet it answers NaN or its floor.
  const secondsAt = (percentile: number): number => {
    return delay.count === 0 ? 0 : Math.max(0, delay.percentile(percentile) / 1e9 - 0.020)
  }
  new Gauge({ name: 'steward_build_info', help: 'Always 1; the label has the version.', labelNames: ['version'], registers })
    .labels(version).set(1)
  return () => { delay.disable() }
}
