import type { Socket } from 'node:net'
import type { ConnectionError } from 'fastify'
import { unanswered, type Exchanges } from './exchanges.js'

const tooSlow = 'ERR_HTTP_REQUEST_TIMEOUT'

/** What is wrong on a connection, as it is said where that can be said. */
interface Refusal {
  /** The code and its words, for example `400 Bad Request`. */
  readonly status: string
  readonly detail: string
}

const answers: Readonly<Record<string, Refusal>> = {
  [tooSlow]: { status: '408 Request Timeout', detail: 'The request took too long to arrive.' },
  HPE_HEADER_OVERFLOW: { status: '431 Request Header Fields Too Large', detail: 'The headers are too large.' }
}

const malformed: Refusal = { status: '400 Bad Request', detail: 'This is not a valid HTTP request.' }

const overloaded: Refusal = {
  status: '503 Service Unavailable', detail: 'The agent holds too much for clients that take their time. Try again later.'
}

/**
 * Answers what never became a request, so that no route can, and closes the connection. Where that could be taken for
 * the answer to another request, or stand in the middle of one, it closes the connection without a word.
 */
export function createClientErrorHandler (exchanges: Exchanges): (error: ConnectionError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    const countsAs = error.code === tooSlow ? 408 : unanswered
    close({ socket, exchanges, countsAs, refusal: answers[error.code] ?? malformed })
  }
}

/** Closes a connection whose client takes too long while others need the room, and says so in the same way. */
export function refuseSlowClient (socket: Socket, exchanges: Exchanges): void {
  if (!socket.destroyed) close({ socket, exchanges, countsAs: 503, refusal: overloaded })
}

interface Closing {
  readonly socket: Socket
  readonly exchanges: Exchanges
  /** The status that is counted for its requests which have no answer. */
  readonly countsAs: number
  readonly refusal: Refusal
}

function close ({ socket, exchanges, countsAs, refusal }: Closing): void {
  const mayRefuse = socket.writable && exchanges.mayRefuse(socket)
  exchanges.cut(socket, countsAs)
  if (!mayRefuse) {
    socket.destroy()
    return
  }
  socket.end(rawAnswer(refusal), () => socket.destroy())
}

/** The bytes of an answer to what no route can answer, after which the connection is closed. */
export function rawAnswer ({ status, detail }: Refusal): string {
  const body = JSON.stringify({ type: 'about:blank', title: status.slice(4), status: Number(status.slice(0, 3)), detail })
  return `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
    `x-content-type-options: nosniff\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
