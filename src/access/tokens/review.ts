import { readTokens, TokenFileError } from './token-file.js'
import type { TokenFilePlace } from './token-changes.js'
import { formatInstant } from '../../rfc3339.js'
import { stateOf } from './token.js'

/** What `steward check` tells of the tokens. */
export interface TokenReview {
  readonly summary: string
  /** What somebody should look at, in sentences. */
  readonly doubts: readonly string[]
}

/** So long before its end a token is told of. */
const soonMs = 14 * 86_400_000

/** Looks at the tokens in a file, which may be broken or missing. Changes nothing. */
export function reviewTokens ({ path, clock }: TokenFilePlace): TokenReview {
  try {
    const now = clock.now()
    const { tokens, doubts } = readTokens(path)
    const valid = tokens.filter(token => stateOf(token, now) === 'valid')
    const ending = valid.filter(({ expiresAt }) => expiresAt !== null && expiresAt - now < soonMs)
    return {
      summary: `${path} has ${valid.length} valid ${valid.length === 1 ? 'token' : 'tokens'}.`,
      doubts: [
        ...doubts,
        ...ending.map(({ name, expiresAt }) => `the token ${name} expires at ${formatInstant(expiresAt)}`)
      ]
    }
  } catch (error) {
    if (!(error instanceof TokenFileError)) throw error
    if (error.trouble === 'missing') return { summary: `There are no tokens: ${error.message}.`, doubts: [] }
    return { summary: 'No token is valid.', doubts: [error.message] }
  }
}
