import { randomInt } from 'node:crypto'

/** A number from 0 up to, but without, 1. */
export type Random = () => number

/** Run a test with STEWARD_TEST_SEED to choose the same again. */
export const seed = Number(process.env['STEWARD_TEST_SEED'] ?? randomInt(2 ** 31))

/** Numbers that are the same for the same seed (mulberry32). */
export function createRandom (seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number from 0 up to, but without, the bound. */
export function below (random: Random, bound: number): number {
  return Math.floor(random() * bound)
}

/** One of them. Throws where there is none. */
export function oneOf<T> (random: Random, values: readonly T[]): T {
  const index = below(random, values.length)
  if (index >= values.length) throw new RangeError('There is nothing to choose from.')
  return values[index] as T
}
