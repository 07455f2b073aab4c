import type { Credentials } from '../domain/ports/access.js'
import type { Refusal } from './certificates.js'

/** `Bearer TOKEN`, as RFC 6750 (2.1) has it; the scheme in any case (RFC 9110, 11.1). */
const bearer = /^bearer +([^ ]+) *$/i

/** The token that a request shows, or why it cannot be told; null when it shows none. An empty one is a wrong one. */
export function presentedToken ({ authorization, urlToken }: Credentials): { readonly text: string } | Refusal | null {
  if (authorization === undefined) return urlToken === undefined ? null : { text: urlToken }
  const [, text] = bearer.exec(authorization) ?? []
  if (text === undefined) return { refused: 'the header Authorization is not "Bearer TOKEN"' }
  if (urlToken !== undefined && urlToken !== text) {
    return { refused: 'the header Authorization and the URL have different tokens' }
  }
  return { text }
}
