import type { Access, Principal } from '../domain/ports/access.js'
import { Problem } from '../domain/problem.js'

/** What decides whether actions may be scheduled at all. */
export interface AccessOptions {
  /** The address that the agent listens on, without its port. */
  readonly host: string
  /** `auto`: only on a loopback address. */
  readonly actions: 'auto' | boolean
}

/** The principal of everybody who can reach a loopback address. Tokens and certificates will name others. */
const local: Principal = { name: 'local' }

/** True for the addresses that only this machine can reach. */
export function isLoopback (host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/**
 * Makes the one place that decides who may do what, for every protocol.
 * @throws Error when actions are enabled by force where anybody on the network could ask for them
 */
export function createAccess ({ host, actions }: AccessOptions): Access {
  const disabled = whyDisabled(host, actions)
  return {
    actionsDisabled: disabled,
    identify: () => local,
    authorize (_principal, { scope }) {
      if (disabled !== null && (scope === 'schedule' || scope === 'cancel')) {
        throw new Problem('actions-disabled', { params: { reason: disabled } })
      }
    }
  }
}

function whyDisabled (host: string, actions: 'auto' | boolean): string | null {
  if (actions === false) return 'actions.enabled is false'
  if (isLoopback(host)) return null
  if (actions === true) {
    throw new Error(`actions.enabled is true, but ${host} is not a loopback address and nothing says who may ask: anybody on the network could. ` +
      'Bind to 127.0.0.1, or leave actions.enabled at auto to answer questions only.')
  }
  return `it listens on ${host}, where anybody on the network can ask; bind to 127.0.0.1 to enable them`
}
