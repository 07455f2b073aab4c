import type { Parameters } from 'fast-check'
import { scale } from '../support/torture.js'

/**
 * How a property is tried: `ci` times for each change, `torture` times in `npm run torture`. The seed is a new one each
 * time; a failure tells its seed and path, and `STEWARD_FUZZ_SEED` (with `STEWARD_FUZZ_PATH`) tries just that again.
 */
export function tries<T> (times: { readonly ci: number, readonly torture: number }): Parameters<T> {
  const { STEWARD_FUZZ_SEED: seed, STEWARD_FUZZ_PATH: path } = process.env
  return {
    numRuns: scale(times),
    ...seed === undefined ? {} : { seed: Number(seed) },
    ...path === undefined ? {} : { path },
    // What is wrong has to stand in the message: it is all that is printed.
    includeErrorInReport: true
  }
}
