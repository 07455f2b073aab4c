import type { FastifyContextConfig } from 'fastify'

/** The ways in which callers show who they are. On the agent's own machine, none may be needed. */
const schemes = {
  token: { type: 'http', scheme: 'bearer', description: 'A token that `steward token create` made.' },
  certificate: { type: 'mutualTLS', description: 'A certificate of an authority in `tls.clients_ca_bundle`.' },
  tokenInUrl: { type: 'apiKey', in: 'query', name: 'token', description: 'A token, for clients that can send it nowhere else.' }
} as const

/** The part of a document's components that names the schemes. */
export function securitySchemes (tokenInUrl: boolean): Record<string, never> {
  const { tokenInUrl: inUrl, ...others } = schemes
  // The type of the document has no word for `mutualTLS`, which is of OpenAPI 3.1.
  return (tokenInUrl ? { ...others, tokenInUrl: inUrl } : others) as object as Record<string, never>
}

/**
 * What an operation asks of its caller: any of the schemes, with the scope as a role name (OpenAPI 3.1, "Security
 * Requirement Object"), or, last, none: over loopback. A public operation has an empty list.
 */
export function securityOf (config: Pick<FastifyContextConfig, 'access' | 'tokenInUrl'> = {}): Array<Record<string, string[]>> {
  const { access = 'public', tokenInUrl = false } = config
  if (access === 'public') return []
  const roles = access === 'known' ? [] : [access]
  return [...Object.keys(securitySchemes(tokenInUrl)).map(name => ({ [name]: roles })), {}]
}
