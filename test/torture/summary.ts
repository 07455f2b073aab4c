import { median, quantile } from '../../bench/harness/statistics.js'
import type { Load } from './clients.js'
import type { Sample } from './samples.js'

/** What a long run has shown. Milliseconds, and megabytes of a million bytes. */
export interface Summary {
  readonly actions: number
  readonly seconds: number
  readonly actionsPerSecond: number
  /** How the memory grew after the warm-up, for each million actions: the line of the least squares. */
  readonly rssMbPerMillion: number
  /** The same of the heap's floor, that is of what a collection leaves. */
  readonly heapMbPerMillion: number
  readonly rssMbMost: number
  readonly databaseMbMost: number
  readonly logMbMost: number
  /** Of the first tenth of all actions, and of the last. */
  readonly scheduleP50: FirstAndLast
  readonly scheduleP99: FirstAndLast
  readonly doneP50: FirstAndLast
  readonly doneP99: FirstAndLast
}

interface FirstAndLast {
  readonly first: number
  readonly last: number
}

/** The share of all actions that does not count for the growth of memory: caches and heaps fill. */
const warmUp = 0.2

/** Samples of which the least heap is taken for what is really held. */
const floorOf = 15

/** Sums a run up. */
export function summarize (samples: readonly Sample[], { scheduled, acknowledging, finishing }: Load): Summary {
  const seconds = samples.at(-1)?.seconds ?? 0
  const warm = samples.filter(({ actions }) => actions >= scheduled * warmUp)
  const floors = warm.filter((_, index) => index % floorOf === floorOf - 1).map(({ actions }, index) => {
    const stretch = warm.slice(index * floorOf, (index + 1) * floorOf)
    return { actions, heapMb: Math.min(...stretch.map(({ heapMb }) => heapMb)) }
  })
  const most = (figure: (sample: Sample) => number): number => Math.max(...samples.map(figure))
  return {
    actions: scheduled,
    seconds,
    actionsPerSecond: scheduled / seconds,
    rssMbPerMillion: slope(warm.map(({ actions, rssMb }) => [actions / 1e6, rssMb])),
    heapMbPerMillion: slope(floors.map(({ actions, heapMb }) => [actions / 1e6, heapMb])),
    rssMbMost: most(({ rssMb }) => rssMb),
    databaseMbMost: most(({ databaseMb }) => databaseMb),
    logMbMost: most(({ logMb }) => logMb),
    scheduleP50: ofTenths(acknowledging, median),
    scheduleP99: ofTenths(acknowledging, values => quantile(values, 0.99)),
    doneP50: ofTenths(finishing, median),
    doneP99: ofTenths(finishing, values => quantile(values, 0.99))
  }
}

function ofTenths (values: readonly number[], figure: (values: readonly number[]) => number): FirstAndLast {
  const tenth = Math.ceil(values.length / 10)
  return { first: figure(values.slice(0, tenth)), last: figure(values.slice(-tenth)) }
}

/** The slope of the line of the least squares; NaN of less than two points. */
export function slope (points: ReadonlyArray<readonly [x: number, y: number]>): number {
  const mean = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const along = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / along
}
