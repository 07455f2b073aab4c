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

/** With the flag `u` a surrogate pair is one character, so that only halves match. */
const loneSurrogate = /\p{Surrogate}/u

/** True for text that every JSON parser reads: without halves of surrogate pairs. */
export function isWellFormed (text: string): boolean {
  return !loneSurrogate.test(text)
}
