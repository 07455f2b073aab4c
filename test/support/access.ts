import { createAccess, type AccessOptions, type AgentAccess } from '../../src/access/access.js'
import type { Caller } from '../../src/domain/action.js'
import { systemClock } from '../../src/domain/clock.js'
import { silentLogger } from '../../src/domain/log.js'
import type { Access, Principal } from '../../src/domain/ports/access.js'
import type { CancelWish } from '../../src/domain/ports/store.js'

/** Somebody who asks. */
export const someCaller: Caller = { principal: 'local', protocol: 'api', remoteAddress: '127.0.0.1' }

/** The wish to cancel an action, which nothing speaks against but the reason. */
export function cancelWish (reason: string | null = null): CancelWish {
  return { caller: someCaller, refuse: () => reason }
}

/** A principal who may do everything. */
export function somePrincipal (name: string): Principal {
  return { name, method: 'token', scopes: ['admin'], remoteAddress: someCaller.remoteAddress }
}

/** Access that lets everybody do everything, under the name that `name` gives, but for what a test has of its own. */
export function accessOf (name: () => string, own: Partial<Access> = {}): Access {
  const identify = (): Principal => somePrincipal(name())
  return { actionsDisabled: null, identify, authorize: () => {}, isStillValid: () => true, ...own }
}

/** Access as an agent has it at the address, where tokens are those of the file. */
export function realAccess (own: Partial<AccessOptions> = {}): AgentAccess {
  return createAccess({
    host: '127.0.0.1',
    actions: 'auto',
    encrypted: false,
    certificates: null,
    tokens: null,
    localScopes: ['admin'],
    failuresPerMinute: 1_000_000,
    clock: systemClock,
    log: silentLogger,
    ...own
  })
}
