import { isUtf8 } from 'node:buffer'
import { wellFormed, type JsonValue } from '../domain/json.js'
import type { ReadJson } from '../domain/ports/protocol.js'
import { Problem } from '../domain/problem.js'
import { inspectJson, type JsonLimits } from './json-inspection.js'

/** What is refused beyond what JSON itself forbids. */
export const defaultJsonLimits: JsonLimits = { depth: 128, violations: 20 }

/**
 * Parses JSON and promises that it can be given back unchanged: no number that JavaScript cannot hold, no duplicate or
 * `__proto__` key, no lone surrogate, no deep nesting. Undefined for an empty body. Takes time linear in the bytes.
 *
 * Throws `malformed-json`, or `unsafe-json` with a JSON pointer for each place.
 */
export function parseStrictJson (bytes: Buffer, limits: JsonLimits = defaultJsonLimits): JsonValue | undefined {
  const { value, altered } = readJson(bytes, limits)
  if (altered.length > 0) throw new Problem('unsafe-json', { errors: altered })
  return value
}

/** Parses JSON, and lists what would not be given back unchanged. Throws `malformed-json`. */
export function readJson (bytes: Uint8Array, limits: JsonLimits = defaultJsonLimits): ReadJson {
  if (bytes.length === 0) return { value: undefined, altered: [], complete: true }
  if (!isUtf8(bytes)) throw new Problem('malformed-json', { params: { reason: 'it is not UTF-8' } })
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const value = parse(text)
  const { violations: altered, complete } = inspectJson(text, limits)
  return { value, altered, complete }
}

function parse (text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    throw new Problem('malformed-json', { params: { reason: reasonOf(text, error) }, cause: error })
  }
}

function reasonOf (text: string, error: unknown): string {
  if (text.startsWith('\uFEFF')) return 'it begins with a byte order mark'
  // The parser quotes a piece of the body, which may begin and end within a character.
  return error instanceof Error ? wellFormed(error.message) : 'it cannot be parsed'
}
