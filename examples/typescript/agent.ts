import { createClient, type StewardClient } from 'steward-agent/client'

/** The agent that the environment names. */
export function fromEnvironment (): StewardClient {
  const { STEWARD_URL: url = 'http://127.0.0.1:8000', STEWARD_TOKEN: token } = process.env
  return createClient({ url, ...token === undefined ? {} : { token } })
}
