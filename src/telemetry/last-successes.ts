import { Gauge, type Registry } from 'prom-client'
import type { Instant } from '../domain/clock.js'

/** When each kind last succeeded. */
export interface LastSuccesses {
  /** Takes a success that is newer than those before it. */
  succeeded (kind: string, at: Instant): void
}

/** Makes the gauge. Its values are plain numbers until a scrape: `succeeded` runs for every action that ends well. */
export function createLastSuccesses (registry: Registry): LastSuccesses {
  const moments = new Map<string, Instant>()
  const gauge = new Gauge({
    name: 'steward_action_last_success_timestamp_seconds',
    help: 'When the newest action that is DONE ended, in Unix time, by kind; a kind that never succeeded has none.',
    labelNames: ['kind'],
    registers: [registry],
    collect () {
      for (const [kind, at] of moments) gauge.labels(kind).set(at / 1000)
    }
  })
  return { succeeded: (kind, at) => { moments.set(kind, at) } }
}
