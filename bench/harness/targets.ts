/** A median of one metric of one contender. */
export interface Place {
  readonly scenario: string
  readonly contender: string
  readonly metric: string
}

/** A line that Steward is to reach: a figure, or its ratio to another one. */
export interface Target {
  readonly what: string
  readonly of: Place
  /** Divided by this; without it the figure itself counts. */
  readonly against?: Place
  readonly atLeast?: number
  readonly atMost?: number
}

/** How a target came out. `value` is null where something of it was not measured. */
export interface Outcome {
  readonly target: Target
  readonly value: number | null
  readonly reached: boolean | null
}

/** Looks all targets up. `medianOf` gives null for what was not measured. */
export function judge (targets: readonly Target[], medianOf: (place: Place) => number | null): Outcome[] {
  return targets.map(target => {
    const of = medianOf(target.of)
    const against = target.against === undefined ? 1 : medianOf(target.against)
    if (of === null || against === null) return { target, value: null, reached: null }
    const value = of / against
    return { target, value, reached: value >= (target.atLeast ?? -Infinity) && value <= (target.atMost ?? Infinity) }
  })
}
