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

/** The text with the replacement character for each half of a surrogate pair. */
export function wellFormed (text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}

/** The beginning of a text: at most so many UTF-16 units, and no half of a character at its end. */
export function beginning (text: string, length: number): string {
  return text.slice(0, length).replace(/\p{Surrogate}$/u, '')
}

/** A value in words short enough for a message. */
export function shorten (text: string, length = 100): string {
  return text.length <= length ? text : `${beginning(text, length)}...`
}
