import type { Clock } from '../domain/clock.js'
import type { Logger } from '../domain/log.js'
import type { Access, Credentials, Principal, Scope } from '../domain/ports/access.js'
import { Problem } from '../domain/problem.js'
import { whyDisabled } from './actions-gate.js'
import { isLoopback } from './addresses.js'
import { createCertificateMap, type CertificateRule, type Identity, type Refusal } from './certificates.js'
import { createFailedLogins } from './failed-logins.js'
import { presentedToken } from './presented-token.js'
import { allows, inWords } from './scopes.js'
import { tokenPrefix } from './tokens/token.js'
import type { TokenSource } from './tokens/token-source.js'

/** What decides who may do what. */
export interface AccessOptions {
  /** The address that the agent listens on, without its port. */
  readonly host: string
  /** `auto`: only where this machine alone can ask, or who asks must show who they are. */
  readonly actions: 'auto' | boolean
  /** Whether connections are encrypted. */
  readonly encrypted: boolean
  /** Whose client certificates are, by the principal's name. Null: they are not verified, and count for nothing. */
  readonly certificates: Readonly<Record<string, CertificateRule>> | null
  /** Null: no tokens are taken. */
  readonly tokens: TokenSource | null
  /** What who shows nothing may do when they reach the agent over loopback. */
  readonly localScopes: readonly Scope[]
  /** How many failed logins of one address are answered and logged one by one in a minute. */
  readonly failuresPerMinute: number
  readonly clock: Clock
  readonly log: Logger
}

/** The access of an agent, and what whoever starts it should know of it. */
export interface AgentAccess extends Access {
  /** What is allowed and unwise, in sentences. */
  readonly warnings: readonly string[]
}

/** A token or a certificate that is not taken. */
interface FailedLogin extends Refusal {
  readonly token: string | null
}

/** How a login without anything to show is known. */
interface Unshown extends Identity {
  readonly method: 'local' | 'anonymous'
}

/**
 * Makes the one place that decides who may do what, for every protocol. A token counts before a certificate, that
 * before the loopback address, and what is shown and not valid is refused: it never counts as if nothing was shown.
 * @throws Error when actions are enabled by force where anybody on the network could ask for them, or an entry of the
 *   certificates is not valid
 */
export function createAccess (options: AccessOptions): AgentAccess {
  const { tokens, clock, log } = options
  const asksWho = tokens !== null || options.certificates !== null
  const disabled = whyDisabled({ ...options, asksWho })
  const ownerOf = options.certificates === null ? null : createCertificateMap(options.certificates)
  const noteFailure = createFailedLogins({ perMinute: options.failuresPerMinute, clock, log })
  const unshown = createUnshown(options.localScopes, asksWho)

  function byToken (text: string, { remoteAddress }: Credentials): Principal | FailedLogin {
    if (tokens === null) return { refused: 'this agent takes no tokens (access.tokens_file is not set)', token: null }
    const verdict = tokens.find(text)
    if ('refused' in verdict) return { refused: verdict.refused, token: verdict.id }
    const { id, name, scopes } = verdict.token
    return { name, method: 'token', scopes, remoteAddress, tokenId: id }
  }

  function byCredentials (credentials: Credentials): Principal | FailedLogin | null {
    const { remoteAddress, certificate, certificateRefused } = credentials
    const shown = presentedToken(credentials)
    // Where no tokens are taken, other credentials are meant for somebody else: a proxy with logins of its own passes
    // them on. Who shows a token of ours is told that it does not count.
    const isOurs = tokens !== null || (shown !== null && 'text' in shown && shown.text.startsWith(tokenPrefix))
    if (shown !== null && isOurs) return 'refused' in shown ? { ...shown, token: null } : byToken(shown.text, credentials)
    if (ownerOf === null) return null
    if (certificateRefused !== undefined) return { refused: certificateRefused, token: null }
    if (certificate === undefined) return null
    const owner = ownerOf(certificate)
    return 'refused' in owner ? { ...owner, token: null } : { ...owner, method: 'certificate', remoteAddress }
  }

  return {
    actionsDisabled: disabled,
    warnings: warningsOf(options, asksWho),
    identify (credentials) {
      const { remoteAddress, requestId } = credentials
      const found = byCredentials(credentials) ?? { ...unshown(credentials), remoteAddress }
      if (!('refused' in found)) return found
      const request = requestId === undefined ? {} : { requestId }
      throw noteFailure({ remoteAddress, ...request, reason: found.refused, token: found.token })
    },
    authorize ({ name, scopes }, operation) {
      if (disabled !== null && operation.scope === 'schedule') {
        throw new Problem('actions-disabled', { params: { reason: disabled } })
      }
      if (allows(scopes, operation)) return
      throw new Problem('forbidden', { params: { principal: name, operation: inWords(operation) } })
    },
    isStillValid: ({ tokenId, scopes }) => tokenId === undefined || (tokens?.isStillValid(tokenId, scopes) ?? false)
  }
}

/** Makes what says who somebody is who shows nothing. It throws `unauthenticated` where they may do nothing at all. */
function createUnshown (localScopes: readonly Scope[], asksWho: boolean): (credentials: Credentials) => Unshown {
  const local: Unshown = { name: 'local', method: 'local', scopes: localScopes }
  // Others never may what those on this machine may not.
  const maysRead = !asksWho && allows(localScopes, { scope: 'read' })
  const anonymous: Unshown = { name: 'anonymous', method: 'anonymous', scopes: maysRead ? ['read'] : [] }
  return ({ remoteAddress, forwarded = false }) => {
    const onLoopback = isLoopback(remoteAddress)
    const who = onLoopback && !forwarded ? local : anonymous
    if (who.scopes.length > 0) return who
    const reason = onLoopback && forwarded
      ? 'the request has neither, and one that was passed on is not taken for a local one'
      : 'the request has neither'
    throw new Problem('unauthenticated', { params: { reason } })
  }
}

function warningsOf ({ host, encrypted, tokens, localScopes }: AccessOptions, asksWho: boolean): string[] {
  return [
    ...tokens !== null && !encrypted && !isLoopback(host)
      ? [`tokens travel unencrypted to ${host}, where others may read them: set tls.server_cert and tls.server_key`]
      : [],
    ...!asksWho && localScopes.length === 0
      ? ['nobody may do anything: access.local_scopes is empty, and neither access.tokens_file nor tls.clients_ca_bundle is set']
      : []
  ]
}
