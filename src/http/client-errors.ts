import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ConnectionError } from 'fastify'
import type { Logger } from '../domain/log.js'
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
export function createClientErrorHandler (
  exchanges: Exchanges, log: Logger
): (error: ConnectionError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    const countsAs = error.code === tooSlow ? 408 : unanswered
    close({ socket, exchanges, log, countsAs, refusal: answers[error.code] ?? malformed })
  }
}

/** Closes a connection whose client takes too long while others need the room, and says so in the same way. */
export function refuseSlowClient (socket: Socket, { exchanges, log }: { exchanges: Exchanges, log: Logger }): void {
  if (!socket.destroyed) close({ socket, exchanges, log, countsAs: 503, refusal: overloaded })
}

interface Closing {
  readonly socket: Socket
  readonly exchanges: Exchanges
  readonly log: Logger
  /** The status that is counted for its requests which have no answer. */
  readonly countsAs: number
  readonly refusal: Refusal
}

function close ({ socket, exchanges, log, countsAs, refusal }: Closing): void {
  const mayRefuse = socket.writable && exchanges.mayRefuse(socket)
  const [owed] = exchanges.owed(socket)
  exchanges.cut(socket, countsAs)
  if (!mayRefuse) {
    socket.destroy()
    return
  }
  // Of a request that has begun to come in, the log tells when its exchange is over.
  const id = owed?.request.id ?? randomUUID()
  if (owed === undefined) {
    log.info({ request: id, status: statusOf(refusal), remote: socket.remoteAddress, reason: refusal.detail }, 'request')
  }
  socket.end(rawAnswer(refusal, id), () => socket.destroy())
}

function statusOf ({ status }: Refusal): number {
  return Number(status.slice(0, 3))
}

/** The bytes of an answer to what no route can answer, after which the connection is closed. `id` is the request's. */
export function rawAnswer (refusal: Refusal, id: string): string {
  const { status, detail } = refusal
  const instance = `urn:steward:request:${id}`
  const body = JSON.stringify({ type: 'about:blank', title: status.slice(4), status: statusOf(refusal), detail, instance })
  return `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
    `x-content-type-options: nosniff\r\nx-request-id: ${id}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
