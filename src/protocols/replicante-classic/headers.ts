import type { SecretHeaders } from '../../domain/secret-headers.js'

/** Headers that say nothing about the action: the dialect's own list. */
const plain = ['accept', 'accept-encoding', 'content-length', 'content-type', 'host', 'user-agent']

/** Headers of this connection alone (RFC 9110, section 7.6.1, and what proxies made customary). */
const hopByHop = [
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'
]

const dropped = new Set([...plain, ...hopByHop])

/**
 * The headers that an action keeps of its request: names in lower case, repeated ones joined by `, `. Takes the pairs
 * as they came (`rawHeaders`), because Node drops the repetitions of some. Credentials never pass.
 */
export function actionHeaders (rawHeaders: readonly string[], isSecret: SecretHeaders): Record<string, string> {
  const kept = new Map<string, string[]>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = String(rawHeaders[i]).toLowerCase()
    const values = kept.get(name) ?? []
    values.push(String(rawHeaders[i + 1]))
    kept.set(name, values)
  }
  const named = (kept.get('connection') ?? []).flatMap(value => value.split(',')).map(name => name.trim().toLowerCase())
  for (const name of kept.keys()) {
    if (dropped.has(name) || named.includes(name) || isSecret(name)) kept.delete(name)
  }
  return Object.fromEntries([...kept].map(([name, values]) => [name, values.join(', ')]))
}
