import type { Metric, Registry } from 'prom-client'

/** What a counter or a histogram is made of. */
export interface TallyOptions {
  readonly name: string
  readonly help: string
  /** None: the metric has one series, which is there from the beginning. */
  readonly labelNames?: readonly string[]
  readonly registers: readonly Registry[]
}

/** What a histogram is made of. */
export interface HistogramOptions extends TallyOptions {
  /** Upper bounds, ascending. Default: those of Prometheus's client libraries, for seconds. */
  readonly buckets?: readonly number[]
}

/** One value of a series, as prom-client prints it. */
interface Sample {
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

interface Series {
  samples (name: string, labels: Readonly<Record<string, string>>): Sample[]
}

/**
 * A metric in a registry of prom-client, whose series are plain numbers: its own counters and histograms make a text of
 * the labels for each observation, a dozen of them for each action (measured: 20 of 250 µs).
 */
class Tally<S extends Series> {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'histogram'
  readonly aggregator = 'sum'
  readonly #labelNames: readonly string[]
  readonly #make: () => S
  readonly #series = new Map<string, { readonly labels: Readonly<Record<string, string>>, readonly series: S }>()

  constructor (type: 'counter' | 'histogram', { name, help, labelNames = [], registers }: TallyOptions, make: () => S) {
    this.type = type
    this.name = name
    this.help = help
    this.#labelNames = labelNames
    this.#make = make
    if (labelNames.length === 0) this.labels()
    // The type is that of prom-client's own classes; what a registry calls is `get`.
    for (const registry of registers) registry.registerMetric(this as unknown as Metric)
  }

  /** The series of these label values, in the order of the names. */
  labels (...values: string[]): S {
    const key = values.length === 1 ? values[0]! : values.join('\n')
    const known = this.#series.get(key)
    if (known !== undefined) return known.series
    const labels = Object.fromEntries(this.#labelNames.map((name, index) => [name, values[index] ?? '']))
    const series = this.#make()
    this.#series.set(key, { labels, series })
    return series
  }

  async get (): Promise<{ name: string, help: string, type: string, aggregator: string, values: Sample[] }> {
    const { name, help, type, aggregator } = this
    const values = [...this.#series.values()].flatMap(({ labels, series }) => series.samples(name, labels))
    return { name, help, type, aggregator, values }
  }
}

/** One series of a counter. */
export class Count implements Series {
  #value = 0

  inc (by = 1): void {
    this.#value += by
  }

  samples (_name: string, labels: Readonly<Record<string, string>>): Sample[] {
    return [{ labels, value: this.#value }]
  }
}

/** One series of a histogram. */
export class Distribution implements Series {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0

  constructor (bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  observe (value: number): void {
    this.#sum += value
    this.#count++
    for (let index = 0; index < this.#bounds.length; index++) {
      if (value > this.#bounds[index]!) continue
      this.#counts[index]!++
      return
    }
  }

  samples (name: string, labels: Readonly<Record<string, string>>): Sample[] {
    let below = 0
    const buckets = this.#bounds.map((le, index): Sample => {
      below += this.#counts[index]!
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: below }
    })
    return [
      ...buckets,
      { metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: this.#count },
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: this.#count }
    ]
  }
}

/** A counter with its series by label values. */
export type Counter = Tally<Count>

/** A histogram with its series by label values. */
export type Histogram = Tally<Distribution>

/** Makes a counter. */
export function createCounter (options: TallyOptions): Counter {
  return new Tally('counter', options, () => new Count())
}

const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Makes a histogram. */
export function createHistogram (options: HistogramOptions): Histogram {
  const { buckets = defaultBuckets } = options
  return new Tally('histogram', options, () => new Distribution(buckets))
}
