import { createHash } from 'node:crypto'
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
 * The action id that stands for a key: a UUID of version 8 made from the principal and the key, so that one mechanism,
 * the id, makes repeats harmless, and principals cannot meet in a key.
 */
export function idempotentId (principal: string, key: string): string {
  const hash = createHash('sha256').update(JSON.stringify([principal, key])).digest()
  hash[6] = (hash[6] ?? 0) & 0x0f | 0x80
  hash[8] = (hash[8] ?? 0) & 0x3f | 0x80
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function invalid (reason: string): Problem {
  return new Problem('invalid-header', { params: { header: 'Idempotency-Key', reason } })
}
