import { statSync } from 'node:fs'
import { residentMegabytes } from '../../bench/harness/process.js'
import { quantile } from '../../bench/harness/statistics.js'
import type { LongAgent } from './agent.js'
import type { Load } from './clients.js'

/** How the agent was at a moment, and how it has answered since the sample before. */
export interface Sample {
  readonly seconds: number
  /** Acknowledged so far. */
  readonly actions: number
  readonly rssMb: number
  readonly heapMb: number
  readonly databaseMb: number
  readonly logMb: number
  /** Milliseconds of scheduling: to the acknowledgement. */
  readonly scheduleP50: number
  readonly scheduleP99: number
  /** Milliseconds from scheduling to the news that the action is DONE. */
  readonly doneP50: number
  readonly doneP99: number
  /** Milliseconds by which the agent's event loop was late. */
  readonly loopP99: number
}

/** Takes samples of an agent under load. */
export function createSampler ({ url, pid, database }: LongAgent, load: Load): () => Promise<Sample> {
  const began = performance.now()
  const seen = { acknowledging: 0, finishing: 0 }
  return async () => {
    const figures = await (await fetch(`${url}/metrics`)).text()
    const acknowledging = load.acknowledging.slice(seen.acknowledging)
    const finishing = load.finishing.slice(seen.finishing)
    seen.acknowledging += acknowledging.length
    seen.finishing += finishing.length
    return {
      seconds: (performance.now() - began) / 1000,
      actions: load.scheduled,
      rssMb: residentMegabytes(pid),
      heapMb: metric(figures, 'nodejs_heap_size_used_bytes') / 1e6,
      databaseMb: megabytes(database),
      logMb: megabytes(`${database}-wal`),
      scheduleP50: quantile(acknowledging, 0.5),
      scheduleP99: quantile(acknowledging, 0.99),
      doneP50: quantile(finishing, 0.5),
      doneP99: quantile(finishing, 0.99),
      loopP99: metric(figures, 'steward_event_loop_lag_seconds{quantile="0.99"}') * 1000
    }
  }
}

function megabytes (path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) / 1e6
}

/** A figure of the Prometheus text format. */
function metric (text: string, name: string): number {
  const line = text.split('\n').find(line => line.startsWith(`${name} `))
  if (line === undefined) throw new Error(`/metrics does not tell ${name}`)
  return Number(line.slice(name.length + 1))
}
