import { formatInstant } from '../rfc3339.js'
import type { ListedToken } from './actions.js'
import { formatTable } from './table.js'

const heads = ['NAME', 'ID', 'STATE', 'SCOPES', 'CREATED', 'EXPIRES', 'REVOKED']

/** The tokens for a person. */
export function tokenTable (tokens: readonly ListedToken[]): string[] {
  return formatTable(heads, tokens.map(({ name, id, state, scopes, createdAt, expiresAt, revokedAt }) => [
    name, id, state, scopes.join(' '), formatInstant(createdAt), formatInstant(expiresAt) ?? 'never', formatInstant(revokedAt) ?? '-'
  ]))
}

/** The tokens for a program: a JSON object for each. Hashes are not among them. */
export function tokenLines (tokens: readonly ListedToken[]): string[] {
  return tokens.map(({ name, id, state, scopes, createdAt, expiresAt, revokedAt }) => JSON.stringify({
    ...{ name, id, state, scopes },
    created_at: formatInstant(createdAt),
    expires_at: formatInstant(expiresAt),
    revoked_at: formatInstant(revokedAt)
  }))
}
