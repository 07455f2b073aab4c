import { timingSafeEqual } from 'node:crypto'
import type { Clock, Instant } from '../../domain/clock.js'
import type { Logger } from '../../domain/log.js'
import type { Scope } from '../../domain/ports/access.js'
import { readTokens, statOf, TokenFileError } from './token-file.js'
import { digestOf, idOf, stateOf, type Token } from './token.js'

interface TokenSourceOptions {
  readonly path: string
  readonly clock: Clock
  readonly log: Logger
}

/** What was found of a token that was shown. */
export type TokenVerdict =
  | { readonly token: Token }
  | { readonly refused: string, readonly id: string | null }

/** The tokens as the file has them now. */
export interface TokenSource {
  /** Whose token this is, or why it is none that counts. */
  find (text: string): TokenVerdict
  /** Whether the token with this id is valid and may do just this. */
  isStillValid (id: string, scopes: readonly Scope[]): boolean
}

/** How often the file is looked at, at most: a change takes no longer to be seen. */
const lookEveryMs = 1000

/** What is compared where there is no such token, so that it takes the same time. */
const nobody = digestOf('')

/**
 * Makes the source of the tokens in a file, which it reads now and whenever it has changed. It looks when it is asked,
 * at most once a second, and needs no timer. While the file is missing or broken no token is valid, and the log says
 * so once: a token that was revoked must not live on because of a mistake in the file.
 */
export function createTokenSource ({ path, clock, log }: TokenSourceOptions): TokenSource {
  let tokens = new Map<string, Token>()
  let lookedAt: Instant = clock.now()
  let seen = ''
  let told = ''

  function read (): void {
    try {
      // Before the file is read: what replaces it meanwhile is seen the next time.
      const stamp = stampOf(path)
      if (stamp === seen) return
      seen = stamp
      const { tokens: found, doubts } = readTokens(path)
      tokens = new Map(found.map(token => [token.id, token]))
      told = ''
      log.info({ file: path, tokens: tokens.size }, 'the tokens were read')
      for (const doubt of doubts) log.warn({ file: path }, doubt)
    } catch (error) {
      if (!(error instanceof TokenFileError)) throw error
      tokens = new Map()
      // Other reasons than what is in it may go away while the file stays as it is.
      if (error.trouble !== 'content') seen = ''
      if (error.message !== told) log.error({ file: path, reason: error.message }, 'no token is valid')
      told = error.message
    }
  }

  function look (): void {
    const now = clock.now()
    // A clock that was set back must not keep a change out.
    if (now >= lookedAt && now - lookedAt < lookEveryMs) return
    lookedAt = now
    read()
  }

  read()
  return {
    find (text) {
      look()
      const id = idOf(text)
      const token = id === null ? undefined : tokens.get(id)
      const same = timingSafeEqual(digestOf(text), token === undefined ? nobody : Buffer.from(token.hash, 'hex'))
      if (token === undefined || !same) return { refused: 'the token is not known', id }
      // Only who has the secret is told more.
      const state = stateOf(token, clock.now())
      if (state === 'valid') return { token }
      return { refused: state === 'expired' ? 'the token has expired' : 'the token has been revoked', id }
    },
    isStillValid (id, scopes) {
      look()
      const token = tokens.get(id)
      return token !== undefined && stateOf(token, clock.now()) === 'valid' && sameScopes(token.scopes, scopes)
    }
  }
}

function sameScopes (scopes: readonly Scope[], others: readonly Scope[]): boolean {
  return scopes.length === others.length && scopes.every((scope, index) => scope === others[index])
}

function stampOf (path: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = statOf(path)
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
}
