import { once } from 'node:events'
import { Agent, request, type RequestOptions } from 'node:https'
import { text } from 'node:stream/consumers'
import { connect, type ConnectionOptions, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { Teardown } from './engine.js'

/** An answer, and the connection that it came on. */
export interface HttpsAnswer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
  /** The port of the client: the same for requests of one connection. */
  readonly localPort: number
  /** The certificate of the server. */
  readonly server: PeerCertificate
}

/** What `node:https` takes, and the body. */
export interface Asked extends RequestOptions {
  readonly send?: string
}

/** Asks a server with TLS. Without an agent of its own each request has a connection of its own. */
export async function ask (url: string, { send, ...rest }: Asked = {}): Promise<HttpsAnswer> {
  const asked = request(url, { agent: false, ...rest })
  asked.end(send)
  const [response] = await once(asked, 'response')
  const socket = response.socket as TLSSocket
  const { localPort = 0 } = socket
  const server = socket.getPeerCertificate()
  return { status: response.statusCode, headers: response.headers, body: await text(response), localPort, server }
}

/** Keeps connections open between requests, one at a time. Destroyed at the end of the test. */
export function keepAlive (t: Teardown): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => { agent.destroy() })
  return agent
}

/** All that comes until the connection is closed, by whatever side and in whatever way. */
export async function received (socket: TLSSocket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => { text += chunk.toString() })
  socket.on('error', () => {})
  if (!socket.closed) await new Promise(resolve => { socket.once('close', resolve) })
  return text
}

/** Opens a TLS connection; resolves when its handshake is over. Destroyed at the end of the test. */
export async function connectTls (t: Teardown, url: string, options: ConnectionOptions): Promise<TLSSocket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), ...options })
  t.teardown(() => { socket.destroy() })
  await once(socket, 'secureConnect')
  return socket
}
