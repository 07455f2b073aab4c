import type { Kind } from '../../client/model.js'
import { clientVariables } from '../../client-variables.js'
import { isJsonObject, type JsonSchema } from '../../domain/json.js'
import { shellLine, shellQuote } from '../../shell-quote.js'
import { connectionWords, urlOf, type ConnectionFlags, type Environment } from './connection.js'

/** The command that runs the kind with its example, as a shell takes it, on the agent of the flags. */
export function runLine ({ kind, args, example }: Kind, connection: ConnectionFlags): string {
  return shellLine(['steward', 'run', kind, ...wordsOf(example, args), ...connectionWords(connection)])
}

/** `key=value` where that says the same, else JSON. */
function wordsOf (example: unknown, schema: JsonSchema): string[] {
  if (example === null || example === undefined) return []
  const asJson = ['--args', JSON.stringify(example)]
  if (!isJsonObject(example) || !isJsonObject(schema['properties'])) return asJson
  const words = Object.entries(example).map(([name, value]) => wordOf(name, value, schema['properties'] as JsonSchema))
  return words.every(word => word !== null) ? words : asJson
}

/** Null for what `key=value` cannot be sure to say. */
function wordOf (name: string, value: unknown, properties: JsonSchema): string | null {
  const node = properties[name]
  const type = isJsonObject(node) ? node['type'] : undefined
  const typeOfValue: string = typeof value
  const isPlain = ['string', 'number', 'boolean'].includes(typeOfValue) &&
    (type === typeOfValue || (type === 'integer' && Number.isInteger(value)))
  return isPlain && !name.includes('=') ? `${name}=${String(value)}` : null
}

/** The curl line that does the same. A token is named by its variable, never shown. */
export function curlLine ({ kind, example }: Kind, flags: ConnectionFlags, env: Environment): string {
  const file = (name: 'cacert' | 'cert' | 'key'): string[] => {
    const path = flags[name] ?? env[clientVariables[name]]
    return path === undefined || path === '' ? [] : [`--${name}`, shellQuote(path)]
  }
  const body = JSON.stringify(example === null || example === undefined ? { kind } : { kind, args: example })
  return [
    'curl', '-X', 'POST', ...file('cacert'), ...file('cert'), ...file('key'),
    ...tokenHeader(flags, env), '-H', shellQuote('content-type: application/json'),
    '-d', shellQuote(body), shellQuote(new URL('api/v1/actions', withSlash(urlOf(flags, env))).href)
  ].join(' ')
}

function tokenHeader ({ token, tokenFile }: ConnectionFlags, env: Environment): string[] {
  const file = tokenFile ?? env[clientVariables.tokenFile]
  if (tokenFile === undefined && (token !== undefined || env[clientVariables.token])) {
    return ['-H', `"authorization: Bearer $${clientVariables.token}"`]
  }
  return file === undefined || file === '' ? [] : ['-H', `"authorization: Bearer $(cat ${shellQuote(file)})"`]
}

function withSlash (url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
