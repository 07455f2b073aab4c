/** The name under which actions of our own API are recorded. */
export const protocolName = 'api'
