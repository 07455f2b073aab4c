/** Who asks. */
export interface Principal {
  readonly name: string
}

/** What is asked for. */
export type Operation =
  | { readonly scope: 'read' }
  | { readonly scope: 'schedule', readonly kind: string }
  | { readonly scope: 'cancel' }
  | { readonly scope: 'admin' }

/** What access knows of a request before it decides. */
export interface Credentials {
  /** The peer's address. */
  readonly remoteAddress: string
  /**
   * The token in the URL, of a protocol whose client can carry one nowhere else; no other protocol looks for one there.
   */
  readonly urlToken?: string
}

/** The one place that decides, for every protocol. */
export interface Access {
  /** Null when actions may be scheduled, else a part of a sentence that says why not. */
  readonly actionsDisabled: string | null
  /** Who this is. Throws `unauthenticated`. */
  identify (credentials: Credentials): Principal
  /** Throws `forbidden`, or `actions-disabled` for the scopes `schedule` and `cancel`. */
  authorize (principal: Principal, operation: Operation): void
}

/**
 * Who asks, when they may do it.
 * @throws Problem `unauthenticated`, `forbidden`, `actions-disabled`
 */
export function admit (access: Access, credentials: Credentials, operation: Operation): Principal {
  const principal = access.identify(credentials)
  access.authorize(principal, operation)
  return principal
}
