import { readFile, stat } from 'node:fs/promises'
import type { SchemaNode } from './schema-node.js'

/** How a client reaches a server and proves who it is. */
export interface ServerLogin {
  /** A name, an address, or where the server's Unix socket is. */
  readonly host: string
  readonly port: number
  readonly password: string | null
  readonly password_file: string | null
  readonly tls: 'disable' | 'require' | 'verify-full'
  readonly tls_ca: string | null
}

/** The settings of a login; `name` is that of the datastore's configuration, for examples. */
export function loginSettings ({ name, port, socket }: { name: string, port: number, socket: string }):
Record<keyof ServerLogin, SchemaNode> {
  return {
    host: {
      type: 'string',
      pattern: '^[^\\[\\]\\s]+$',
      'x-allowed': 'a host name, an address (without brackets), or the path of a Unix socket',
      description: 'A host name, an address, or the path of the Unix socket.',
      default: '127.0.0.1',
      examples: [socket]
    },
    port: { type: 'integer', minimum: 1, maximum: 65535, description: 'The port.', default: port },
    password: {
      type: ['string', 'null'],
      minLength: 1,
      description: 'The password. Null: none, or that of password_file.',
      default: null,
      'x-secret': true
    },
    password_file: {
      type: ['string', 'null'],
      minLength: 1,
      description: 'A file whose first line is the password. It is read anew for each connection.',
      default: null,
      examples: [`/etc/steward/${name}.password`]
    },
    tls: {
      enum: ['disable', 'require', 'verify-full'],
      description: 'Whether connections are encrypted, and whether certificate and name of the server are verified.',
      default: 'disable'
    },
    tls_ca: {
      type: ['string', 'null'],
      minLength: 1,
      description: 'A file with the certificates of the authorities that verify-full trusts. Null: those that Node trusts.',
      default: null,
      examples: [`/etc/ssl/certs/${name}-ca.pem`]
    }
  }
}

/** The schema of the address of another server. */
export const hostPort: SchemaNode = {
  type: 'string',
  pattern: '^(\\[[0-9A-Fa-f:.]+\\]|[^:/@\\s]+):[0-9]{1,5}$',
  format: 'host-port',
  'x-allowed': 'HOST:PORT',
  description: 'HOST:PORT of one server.'
}

/** A host and a port as one text, which `parseHostPort` takes apart; of a Unix socket the path alone. */
export function formatHostPort ({ host, port }: Pick<ServerLogin, 'host' | 'port'>): string {
  if (isSocketPath(host)) return host
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** True when a host names a Unix socket. */
export function isSocketPath (host: string): boolean {
  return host.startsWith('/')
}

/** The parts of a text that is valid by `hostPort`. */
export function parseHostPort (text: string): { readonly host: string, readonly port: number } {
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? []
  return { host, port: Number(port) }
}

/**
 * The password of a login; undefined where there is none.
 * @throws Error, with a sentence that names the file but nothing of what is in it, when it cannot be read, or its first
 * line is empty
 */
export async function passwordOf ({ password, password_file: file }: ServerLogin): Promise<string | undefined> {
  if (password !== null) return password
  if (file === null) return undefined
  const [line = ''] = (await readSetting('password_file', file)).split(/\r?\n/, 1)
  if (line === '') throw new Error(`the first line of the file that password_file names is empty: ${file}`)
  return line
}

/** What `node:tls` is told of a login; undefined for a connection that is not encrypted. */
export type TlsOptions = { readonly rejectUnauthorized: boolean, readonly ca?: string }

/**
 * How connections are encrypted.
 * @throws Error when `tls_ca` cannot be read
 */
export async function tlsOf ({ tls, tls_ca: file }: ServerLogin): Promise<TlsOptions | undefined> {
  if (tls === 'disable') return undefined
  return { rejectUnauthorized: tls === 'verify-full', ...file === null ? {} : { ca: await readSetting('tls_ca', file) } }
}

/** Bytes. A bundle of all the authorities that there are has a fifth of it. */
const longestFile = 1024 * 1024

async function readSetting (key: string, file: string): Promise<string> {
  try {
    const found = await stat(file)
    // Opening a pipe waits for its other side, and not even the end of the process would end that.
    if (!found.isFile()) throw new Error(`${file} is no regular file`)
    if (found.size > longestFile) throw new Error(`${file} has more than ${longestFile} bytes`)
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Error(`the file that ${key} names cannot be read: ${(error as Error).message}`, { cause: error })
  }
}
