import type { Socket } from 'node:net'
import type { ConnectionError } from 'fastify'
import { unanswered, type Exchanges } from './exchanges.js'

const tooSlow = 'ERR_HTTP_REQUEST_TIMEOUT'

const answers: Readonly<Record<string, { readonly status: string, readonly detail: string }>> = {
  [tooSlow]: { status: '408 Request Timeout', detail: 'The request took too long to arrive.' },
  HPE_HEADER_OVERFLOW: { status: '431 Request Header Fields Too Large', detail: 'The headers are too large.' }
}

const malformed = { status: '400 Bad Request', detail: 'This is not a valid HTTP request.' }

/**
 * Answers what never became a request, so that no route can, and closes the connection. Where that could be taken for
 * the answer to another request, or stand in the middle of one, it closes the connection without a word.
 */
export function createClientErrorHandler (exchanges: Exchanges): (error: ConnectionError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    const mayRefuse = socket.writable && exchanges.mayRefuse(socket)
    exchanges.cut(socket, error.code === tooSlow ? 408 : unanswered)
    if (!mayRefuse) {
      socket.destroy()
      return
    }
    const { status, detail } = answers[error.code] ?? malformed
    const body = JSON.stringify({ type: 'about:blank', title: status.slice(4), status: Number(status.slice(0, 3)), detail })
    socket.end(
      `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `x-content-type-options: nosniff\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      () => socket.destroy()
    )
  }
}
