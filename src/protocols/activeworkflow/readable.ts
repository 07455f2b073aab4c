import { isWellFormed, type JsonValue } from '../../domain/json.js'

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
  const inside = { most, left: left - 1 }
  if (Array.isArray(value)) return firstTrouble(value, part => troubleIn(part, inside))
  return firstTrouble(Object.keys(value), key => brokenText(key) ?? troubleIn(value[key] ?? null, inside))
}

function firstTrouble<T> (parts: readonly T[], troubleOf: (part: T) => string | null): string | null {
  for (const part of parts) {
    const trouble = troubleOf(part)
    if (trouble !== null) return trouble
  }
  return null
}

function brokenText (text: string): string | null {
  return isWellFormed(text) ? null : 'it holds half of a surrogate pair'
}
