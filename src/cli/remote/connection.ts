import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { InvalidArgumentError, type Command } from 'commander'
import { createClient } from '../../client/client.js'
import type { ClientOptions, StewardClient } from '../../client/model.js'
import { clientVariables } from '../../client-variables.js'
import { beginning } from '../../domain/json.js'

/** The environment that commands read. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A file, an address or a token that cannot be used. The message says what to do. */
export class ConnectionError extends Error {}

/** What the flags of a connection say. */
export interface ConnectionFlags {
  readonly url?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly cacert?: string
  readonly cert?: string
  readonly key?: string
  readonly requestTimeout?: number
}

/** Gives a command the flags that say which agent it asks, and as whom. */
export function withConnection (command: Command): Command {
  return command
    .option('--url <url>', `the agent (${clientVariables.url}); without it, the one on this machine`)
    .option('--token <token>', `the token to show (better ${clientVariables.token}, which others on the machine cannot see)`)
    .option('--token-file <file>', `the file with the token (${clientVariables.tokenFile})`)
    .option('--cacert <file>', `PEM file of the authorities that the agent's certificate is checked by (${clientVariables.cacert})`)
    .option('--cert <file>', `PEM file of the certificate to show (${clientVariables.cert})`)
    .option('--key <file>', `PEM file of its key (${clientVariables.key})`)
    .option('--request-timeout <seconds>', 'how long one answer may take, beside what the agent is asked to wait', parseSeconds, 30)
}

/** The client that a parsed command asks for. Throws `ConnectionError`. */
export function clientOf (command: Command, env: Environment): StewardClient {
  return createClient(clientOptions(command.opts<ConnectionFlags>(), env))
}

/** What the flags and, where they say nothing, the environment come to. Throws `ConnectionError`. */
export function clientOptions (flags: ConnectionFlags, env: Environment): ClientOptions {
  const said = (name: 'cacert' | 'cert' | 'key'): string | undefined =>
    flags[name] ?? (env[clientVariables[name]] || undefined)
  const [token, ca, cert, key] = [tokenOf(flags, env), pem(said('cacert')), pem(said('cert')), pem(said('key'))]
  if ((cert === undefined) !== (key === undefined)) {
    throw new ConnectionError('a certificate needs its key, and a key its certificate: give both --cert and --key.')
  }
  checkPair(ca, cert, key)
  const tls = {
    ...ca === undefined ? {} : { ca },
    ...cert === undefined ? {} : { cert },
    ...key === undefined ? {} : { key }
  }
  return {
    url: urlOf(flags, env),
    timeoutMs: (flags.requestTimeout ?? 30) * 1000,
    ...token === undefined ? {} : { token },
    ...Object.keys(tls).length === 0 ? {} : { tls }
  }
}

/** The agent that the flags, the environment, or the lack of both name. Throws `ConnectionError`. */
export function urlOf ({ url }: ConnectionFlags, env: Environment): string {
  return checkedUrl(url ?? (env[clientVariables.url] || ownUrl(env)))
}

/** A flag wins over any variable, and the token itself over a file. */
function tokenOf ({ token, tokenFile }: ConnectionFlags, env: Environment): string | undefined {
  const direct = token ?? (tokenFile === undefined ? env[clientVariables.token] || undefined : undefined)
  const file = tokenFile ?? (env[clientVariables.tokenFile] || undefined)
  const text = direct ?? (file === undefined ? undefined : read(file).trim())
  if (text === undefined) return undefined
  // Not shown: it may be most of a secret.
  if (!/^[\x21-\x7e]+$/.test(text)) throw new ConnectionError('the token holds characters that no token has; is it a whole one, on one line?')
  return text
}

/** Where the agent that this environment configures can be reached from the same machine. */
function ownUrl (env: Environment): string {
  const scheme = env['STEWARD_TLS_SERVER_CERT'] ? 'https' : 'http'
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(env['STEWARD_BIND'] || '127.0.0.1:8000') ?? []
  const here = host === '0.0.0.0' ? '127.0.0.1' : host === '[::]' || host === '' ? '[::1]' : host
  return `${scheme}://${here}:${port}`
}

function checkedUrl (text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    // A login in it is nobody's business.
    const shown = beginning(text.replace(/\/\/.*@/, '//...@'), 200)
    throw new ConnectionError(`"${shown}" is not the URL of an agent, such as http://127.0.0.1:8000.`)
  }
  if (url.username !== '' || url.password !== '') throw new ConnectionError('the URL holds a login; an agent takes tokens: see --token.')
  if (url.search !== '' || url.hash !== '') throw new ConnectionError('the URL of an agent has no "?" and no "#".')
  return url.href
}

/** The flags by which another command asks the same agent in the same name. A token itself is not among them. */
export function connectionWords ({ url, tokenFile, cacert, cert, key }: ConnectionFlags): string[] {
  return Object.entries({ url, 'token-file': tokenFile, cacert, cert, key })
    .flatMap(([name, value]) => value === undefined ? [] : [`--${name}`, value])
}

/** Said now, in words, rather than at the first connection by OpenSSL. */
function checkPair (ca: string | undefined, cert: string | undefined, key: string | undefined): void {
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----')) throw new ConnectionError('the file of --cacert holds no certificate in PEM.')
  if (cert === undefined || key === undefined) return
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new ConnectionError('the key of --key does not belong to the certificate of --cert.')
    }
  } catch (error) {
    if (error instanceof ConnectionError) throw error
    throw new ConnectionError('--cert and --key must be PEM files of a certificate and of its key, which must not be encrypted: ' +
      `${error instanceof Error ? error.message : String(error)}.`)
  }
}

function pem (file: string | undefined): string | undefined {
  return file === undefined ? undefined : read(file)
}

function read (file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConnectionError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

function parseSeconds (text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 86_400)) throw new InvalidArgumentError('It must be a number of seconds, up to 86400.')
  return seconds
}
