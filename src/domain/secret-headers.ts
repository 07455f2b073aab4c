/** Headers that carry credentials wherever they are used, in lower case. */
export const commonSecretHeaders: readonly string[] = [
  'authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-auth-token'
]

/** Tells by a header's name, in any case, whether its value is a secret: then it is never stored nor shown. */
export type SecretHeaders = (name: string) => boolean

/** The one rule for every protocol: the common ones, and those that are configured. */
export function createSecretHeaders (configured: readonly string[]): SecretHeaders {
  const secret = new Set([...commonSecretHeaders, ...configured].map(name => name.toLowerCase()))
  return name => secret.has(name.toLowerCase())
}
