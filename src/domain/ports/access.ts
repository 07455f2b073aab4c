import type { Caller } from '../action.js'

/**
 * One thing that a principal may do, as configuration and tokens write it: `read`, `cancel`, `schedule` (any kind),
 * `schedule:GLOB` (kinds that match; `*` stands for any characters, also slashes), or `admin`, which is all of them and
 * what is for administrators alone.
 */
export type Scope = 'read' | 'cancel' | 'admin' | 'schedule' | `schedule:${string}`

/** Who asks. */
export interface Principal {
  /** The name of the token or of the certificate's principal; `local` or `anonymous` for who showed neither. */
  readonly name: string
  /** How it was found out. */
  readonly method: 'token' | 'certificate' | 'local' | 'anonymous'
  readonly scopes: readonly Scope[]
  /** The peer's address. */
  readonly remoteAddress: string
  /** Which token it was. Its name may be that of another one later. */
  readonly tokenId?: string
}

/** What is asked for. */
export type Operation =
  | { readonly scope: 'read' }
  | { readonly scope: 'schedule', readonly kind: string }
  | { readonly scope: 'cancel' }
  | { readonly scope: 'admin' }

/** The names in a client certificate that the agent's bundle of authorities has verified. */
export interface PeerCertificate {
  /** The attributes of its subject, for example `['CN', 'core']`, in the order of the certificate. */
  readonly subject: ReadonlyArray<readonly [type: string, value: string]>
  /** Its subject alternative names with their type, for example `DNS:core.example.com` or `URI:spiffe://prod/core`. */
  readonly alternativeNames: readonly string[]
}

/** What access knows of a request before it decides. */
export interface Credentials {
  /** The peer's address. */
  readonly remoteAddress: string
  /** The whole value of the header `Authorization`. */
  readonly authorization?: string
  /**
   * The token in the URL, of a protocol whose client can carry one nowhere else; no other protocol looks for one there.
   */
  readonly urlToken?: string
  /** Only a certificate that was verified. */
  readonly certificate?: PeerCertificate
  /** Why the certificate that was shown is not taken, as a part of a sentence. */
  readonly certificateRefused?: string
  /** True when the request says that somebody passed it on: then the peer is a proxy, and not who asks. */
  readonly forwarded?: boolean
  /** The id of the request, for what the log tells of it. */
  readonly requestId?: string
}

/** What an action records of who asks for it through a protocol. */
export function callerOf ({ name, remoteAddress }: Principal, protocol: string): Caller {
  return { principal: name, protocol, remoteAddress }
}

/** The one place that decides, for every protocol. */
export interface Access {
  /** Null when actions may be scheduled, else a part of a sentence that says why not. */
  readonly actionsDisabled: string | null
  /** Who this is. Throws `unauthenticated`, and `too-many-logins` for an address that has failed too often. */
  identify (credentials: Credentials): Principal
  /** Throws `forbidden`, or `actions-disabled` for the scope `schedule`. */
  authorize (principal: Principal, operation: Operation): void
  /** Whether who was identified before still would be: not once its token has been revoked or has expired. */
  isStillValid (principal: Principal): boolean
}
