import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Teardown } from './engine.js'

/** A server that does with its connections what a test wants. */
export interface TcpServer {
  readonly port: number
  /** How many connections there have been. */
  readonly connections: () => number
  /** Stops listening, and cuts all connections. Happens at the end of the test, too. */
  readonly close: () => Promise<void>
}

/** Starts one on a port of the loopback address, any free one unless told otherwise. */
export async function startTcpServer (
  t: Teardown, serve: (socket: Socket) => void, { port: wanted = 0 }: { readonly port?: number } = {}
): Promise<TcpServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(socket => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => { sockets.delete(socket) })
    serve(socket)
  })
  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  server.listen(wanted, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(close)
  return { port: (server.address() as AddressInfo).port, connections: () => connections, close }
}
