import type { JsonValue } from '../../domain/json.js'

/** Levels of nesting that ActiveWorkflow's JSON parser takes: one more, and the whole answer fails, each time. */
const deepest = 100

/**
 * Why the caller could not read a value; null when it can. Looks no deeper than it may be.
 * @param around how many levels of the answer are around the value
 */
export function unreadable (value: JsonValue, around: number): string | null {
  return troubleIn(value, { most: deepest - around, left: deepest - around })
}

interface Levels {
  readonly most: number
  readonly left: number
}

function troubleIn (value: JsonValue, { most, left }: Levels): string | null {
  if (typeof value === 'string') return brokenText(value)
  if (value === null || typeof value !== 'object') return null
  if (left === 0) return `it is nested deeper than ${most} levels`
  for (const [key, part] of Object.entries(value)) {
    const trouble = brokenText(key) ?? troubleIn(part, { most, left: left - 1 })
    if (trouble !== null) return trouble
  }
  return null
}

function brokenText (text: string): string | null {
  return /\p{Surrogate}/u.test(text) ? 'it holds half of a surrogate pair' : null
}
