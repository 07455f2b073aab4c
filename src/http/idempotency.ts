import { derivedId } from '../derived-id.js'
import { Problem } from '../domain/problem.js'

/** A structured-field string (RFC 9651), or a bare token. */
const quoted = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/
const bare = /^[\x21\x23-\x7e]+$/
const longest = 255

/** The key in an Idempotency-Key header. Throws `invalid-header`. */
export function parseIdempotencyKey (header: string): string {
  const key = quoted.exec(header)?.[1]?.replace(/\\(.)/g, '$1') ?? bare.exec(header)?.[0]
  if (key === undefined || key === '') throw invalid('it must be a text in double quotes, or one word')
  if (key.length > longest) throw invalid(`it may have at most ${longest} characters`)
  return key
}

/**
 * The action id that stands for a key of a principal: principals cannot meet in a key.
 */
export function idempotentId (principal: string, key: string): string {
  return derivedId([principal, key])
}

function invalid (reason: string): Problem {
  return new Problem('invalid-header', { params: { header: 'Idempotency-Key', reason } })
}
