import { isLoopback } from './addresses.js'

interface Surroundings {
  /** The address that the agent listens on, without its port. */
  readonly host: string
  /** `auto`: where only this machine can ask, or who asks must show who they are. */
  readonly actions: 'auto' | boolean
  /** Whether client certificates are verified or tokens are asked for. */
  readonly asksWho: boolean
}

/**
 * Why actions cannot be scheduled at all, as a part of a sentence; null when they can be.
 * @throws Error when actions are enabled by force where anybody on the network could ask for them
 */
export function whyDisabled ({ host, actions, asksWho }: Surroundings): string | null {
  if (actions === false) return 'actions.enabled is false'
  if (asksWho || isLoopback(host)) return null
  if (actions === true) {
    throw new Error(`actions.enabled is true, but ${host} is not a loopback address and nothing says who may ask: anybody on the network could. ` +
      'Verify client certificates (tls.clients_ca_bundle) or ask for tokens (access.tokens_file); ' +
      'or bind to 127.0.0.1; or leave actions.enabled at auto to answer questions only.')
  }
  return `it listens on ${host}, where anybody on the network can ask; to enable them, verify client certificates ` +
    '(tls.clients_ca_bundle), ask for tokens (access.tokens_file), or bind to 127.0.0.1'
}
