import { createHash, randomBytes } from 'node:crypto'
import type { Instant } from '../../domain/clock.js'
import type { Scope } from '../../domain/ports/access.js'

/** What is kept of a token: everything but the token itself. */
export interface Token {
  /** 12 hexadecimal digits, the middle part of the token. No secret: logs and lists have it. */
  readonly id: string
  /** The principal's name. */
  readonly name: string
  /** SHA-256 of the whole token, as 64 hexadecimal digits. The secret is random, so no slow hash is needed. */
  readonly hash: string
  readonly scopes: readonly Scope[]
  readonly createdAt: Instant
  /** Null: never. */
  readonly expiresAt: Instant | null
  readonly revokedAt: Instant | null
}

/** How a token stands. */
export type TokenState = 'valid' | 'expired' | 'revoked'

/** What every token begins with: scanners for secrets can know it. */
export const tokenPrefix = 'stw_'

/** What a token looks like: the prefix, the id, and 256 random bits. */
const shape = /^stw_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/

/** Draws a new token. */
export function drawToken (): { readonly text: string, readonly id: string, readonly hash: string } {
  const id = randomBytes(6).toString('hex')
  const text = `${tokenPrefix}${id}_${randomBytes(32).toString('base64url')}`
  return { text, id, hash: digestOf(text).toString('hex') }
}

/** The id in a token; null for a text that does not look like one. */
export function idOf (text: string): string | null {
  return shape.exec(text)?.[1] ?? null
}

/** SHA-256 of a token: 32 bytes. */
export function digestOf (text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** How a token stands at an instant. It expires with the millisecond that it names. */
export function stateOf ({ revokedAt, expiresAt }: Token, now: Instant): TokenState {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && now >= expiresAt ? 'expired' : 'valid'
}
