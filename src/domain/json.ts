/** A value that JSON can carry. Everything that callers send or kinds report is one of these. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject

/** A JSON object. */
export interface JsonObject { [key: string]: JsonValue }

/** A JSON Schema (draft 7, the dialect of ajv's default class), as a plain object. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** True for a JSON object: neither null nor an array. */
export function isJsonObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The same value in objects and arrays of its own. */
export function copyOf (value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!isJsonObject(value)) return value
  // Not by assignment: a key may be called `__proto__`.
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyOf(each)]))
}

/** With the flag `u` a surrogate pair is one character, so that only halves match. */
const loneSurrogate = /\p{Surrogate}/u

/** True for text that every JSON parser reads: without halves of surrogate pairs. */
export function isWellFormed (text: string): boolean {
  return !loneSurrogate.test(text)
}
