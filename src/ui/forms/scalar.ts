import type { JsonValue } from '../../domain/json.js'
import type { ScalarType } from './field.js'
import { inexact, isExact } from './json-text.js'

const numberShape = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** What a line means, and what is wrong with it that no schema tells; null: nothing. */
export interface ScalarReading {
  readonly value: JsonValue
  readonly issue: string | null
}

/**
 * The value that a line means where these types are taken: null, `true` and `false`, and numbers before text. What
 * means none of them is the text, so that the schema can say what is wrong with it.
 */
export function readScalar (text: string, types: readonly ScalarType[]): ScalarReading {
  const word = text.trim()
  const isText = types.includes('string')
  if (types.includes('null') && word === 'null') return taken(null)
  if (types.includes('boolean') && (word === 'true' || word === 'false')) return taken(word === 'true')
  if ((types.includes('integer') || types.includes('number')) && numberShape.test(word)) {
    if (!isExact(word)) return { value: text, issue: isText ? null : inexact(word) }
    const number = Number(word)
    if (!isText || types.includes('number') || Number.isInteger(number)) return taken(number)
  }
  return taken(text)
}

function taken (value: JsonValue): ScalarReading {
  return { value, issue: null }
}
