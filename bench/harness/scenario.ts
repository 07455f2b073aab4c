/** What is measured, and which way is better. */
export interface Metric {
  readonly name: string
  readonly unit: '/s' | 'ms' | 'MB' | '%' | 'count'
}

/** One value that a contender reached in one round. */
export interface Figure extends Metric {
  readonly value: number
}

/** What a measurement may use. */
export interface Context {
  /** A folder of its own, empty, on the disk that is measured; removed afterwards. */
  readonly folder: string
  /** What `prepare` of the scenario has made lies here. */
  readonly shared: string
  /** Small numbers: to see that everything works, not to learn anything. */
  readonly quick: boolean
}

/** Something that takes part in a scenario. */
export interface Contender {
  /** As tables name it. A peer at matched durability is named `<peer> durable`. */
  readonly name: string
  /** What can be lost after an answer, in a few words. */
  readonly durability: string
  /** Starts it, measures, and ends it again, also when it fails. Throws `NotMeasured` where it cannot run here. */
  readonly measure: (context: Context) => Promise<Figure[]>
}

/** A group of measurements that belong together. */
export interface Scenario {
  readonly name: string
  /** One sentence. */
  readonly about: string
  readonly contenders: readonly Contender[]
  /** Makes what all rounds share. */
  readonly prepare?: (context: Context) => Promise<void>
}

/** A contender cannot run here; the message says why. */
export class NotMeasured extends Error {
  override readonly name = 'NotMeasured'
}

/** One line of the results. */
export type Measurement = {
  readonly scenario: string
  readonly contender: string
  readonly durability: string
  readonly round: number
  /** fsyncs per second just before: a round with a far lower probe than the others was disturbed. */
  readonly probe: number
} & (Figure | { readonly notMeasured: string })

/** Shorthand for a figure. */
export function figure (name: string, unit: Metric['unit'], value: number): Figure {
  return { name, unit, value }
}
