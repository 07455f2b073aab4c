/** The environment variables that client commands read, by what they say. They are no settings of the agent. */
export const clientVariables = {
  url: 'STEWARD_URL',
  token: 'STEWARD_TOKEN',
  tokenFile: 'STEWARD_TOKEN_FILE',
  cacert: 'STEWARD_CACERT',
  cert: 'STEWARD_CERT',
  key: 'STEWARD_KEY'
} as const
