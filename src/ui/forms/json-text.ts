import { isSafeNumber, parse } from 'lossless-json'
import { shorten, type JsonValue } from '../../domain/json.js'
import { asError } from '../live/as-error.js'
import { visibleLines } from '../parts/visible-text.js'

/** A value as JSON, with what would not be seen written as escapes. `indent`: over several lines. */
export function jsonText (value: JsonValue, { indent = false } = {}): string {
  return visibleLines(JSON.stringify(value, null, indent ? 2 : 0))
}

/** The agent takes JSON that is nested so deep, counted from the request around the arguments. */
const deepest = 127

/**
 * The value of a JSON text. Throws a SyntaxError with words for people: for what is no JSON, for two members of one
 * name, and for numbers that JavaScript cannot hold exactly, which nothing may round in silence.
 */
export function exactJson (text: string): JsonValue {
  if (isTooDeep(text)) throw new SyntaxError(`It is nested deeper than ${deepest} levels.`)
  try {
    parse(text, undefined, digits => {
      if (isExact(digits)) return Number(digits)
      throw new SyntaxError(inexact(digits))
    })
  } catch (error) {
    throw new SyntaxError(withLine(asError(error).message, text))
  }
  // Of its own, since it makes an ordinary member of a key such as __proto__.
  return JSON.parse(text) as JsonValue
}

/** Whether a number of JSON comes back as it is written. Integers beyond 2^53 may do so, and the agent takes them. */
export function isExact (digits: string): boolean {
  return isSafeNumber(digits) || digits === String(Number(digits))
}

/** What is said of a number that would lose digits. */
export function inexact (digits: string): string {
  return `The number ${shorten(digits)} cannot be held exactly; write it as text, in quotation marks.`
}

/** Brackets within texts count too: a text of so many is no reason to be exact. */
function isTooDeep (text: string): boolean {
  let depth = 0
  for (const [bracket] of text.replace(/"(?:[^"\\]|\\.)*"/gs, '').matchAll(/[[{\]}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1
    if (depth > deepest) return true
  }
  return false
}

/** The parser counts characters; people count lines. */
function withLine (message: string, text: string): string {
  return message.replace(/ at position (\d+)$/, (_, position: string) => {
    const before = text.slice(0, Number(position)).split('\n')
    return ` in line ${before.length}, at character ${(before.at(-1)?.length ?? 0) + 1}.`
  })
}
