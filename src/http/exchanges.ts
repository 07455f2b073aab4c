import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'

/** What goes on on each connection: requests, and the answers to them. */
export interface Exchanges {
  /** Takes note of a request. To be called for each, as it comes. */
  readonly begin: (reply: FastifyReply) => void
  /**
   * Calls the listener once: when the answer has been sent, or its connection is closed. Returns what takes this back.
   */
  readonly whenOver: (reply: FastifyReply, listener: () => void) => () => void
  /** The answers that have not been sent to their end on this connection, in the order of the requests. */
  readonly owed: (socket: Socket) => readonly FastifyReply[]
  /**
   * Whether what is written to the connection now can only be taken for the answer to what is wrong on it. Not so while
   * an answer has begun or is owed for a request that has come in whole: its work may be done already.
   */
  readonly mayRefuse: (socket: Socket) => boolean
  /**
   * Whether the agent itself is what takes time: it owes an answer that it has not begun to send, or has sent as far as
   * the client has taken it. False where it waits for the client: for a request, or for the client to read.
   */
  readonly isWorking: (socket: Socket) => boolean
  /** How many answers those are. */
  readonly owedCount: (socket: Socket) => number
  /** Says that the connection is being cut, and as what its requests count that have no answer yet. */
  readonly cut: (socket: Socket, status: number) => void
  /** The status that was answered; where no answer had begun, what was said at the cut, else 499. */
  readonly statusOf: (reply: FastifyReply) => number
}

/** Not of any RFC, but what proxies log too: the connection was closed before an answer had begun. */
export const unanswered = 499

declare module 'fastify' {
  interface FastifyReply {
    /** Set for each request as it comes. A property: in a WeakMap it would cost the garbage collector a lot. */
    exchange: Exchange | null
  }
}

/** A request and its answer, until that has been sent or cannot be any more. */
export interface Exchange {
  readonly reply: FastifyReply
  readonly listeners: Array<() => void>
  /** The status that was said at a cut. */
  cutWith: number | null
}

interface Connection {
  /** The answers that are owed: those that have not been sent to their end. */
  readonly owed: Set<Exchange>
  newest: IncomingMessage | null
}

/**
 * Makes the record of the connections. Node tells of the end of an answer only where that is the one being sent: of
 * those that wait behind it in a pipeline it says nothing when the connection closes.
 */
export function createExchanges (): Exchanges {
  // A property of the socket: to look into a WeakMap for each request costs more than all that is done with it.
  const mark = Symbol('exchanges')
  type Marked = Socket & { [mark]?: Connection }
  const known = (socket: Marked): Connection | undefined => socket[mark]

  function connectionOf (socket: Marked): Connection {
    const before = known(socket)
    if (before !== undefined) return before
    const connection: Connection = { owed: new Set(), newest: null }
    socket[mark] = connection
    socket.once('close', () => { for (const exchange of connection.owed) end(connection, exchange) })
    return connection
  }

  function end ({ owed }: Connection, exchange: Exchange): void {
    if (!owed.delete(exchange)) return
    for (const listener of exchange.listeners.splice(0)) listener()
  }

  return {
    begin (reply) {
      const connection = connectionOf(reply.request.raw.socket)
      const exchange: Exchange = { reply, listeners: [], cutWith: null }
      connection.newest = reply.request.raw
      connection.owed.add(exchange)
      reply.exchange = exchange
      reply.raw.once('close', () => { end(connection, exchange) })
    },
    whenOver (reply, listener) {
      const { listeners } = reply.exchange!
      listeners.push(listener)
      return () => {
        const place = listeners.indexOf(listener)
        if (place !== -1) listeners.splice(place, 1)
      }
    },
    owed: socket => [...known(socket)?.owed ?? []].map(({ reply }) => reply),
    mayRefuse (socket) {
      const { owed, newest } = known(socket) ?? { owed: new Set<Exchange>(), newest: null }
      if (owed.size === 0) return newest?.complete ?? true
      const [first] = owed
      return owed.size === 1 && first?.reply.request.raw.complete === false && !first.reply.raw.headersSent
    },
    isWorking (socket) {
      const [first] = known(socket)?.owed ?? []
      return first !== undefined && first.reply.request.raw.complete && socket.writableLength === 0
    },
    owedCount: socket => known(socket)?.owed.size ?? 0,
    cut (socket, status) {
      // An answer may still be written to what is cut already: from here on that changes nothing.
      for (const exchange of known(socket)?.owed ?? []) {
        if (!exchange.reply.raw.headersSent) exchange.cutWith = status
      }
    },
    statusOf: reply => reply.exchange?.cutWith ?? (reply.raw.headersSent ? reply.statusCode : unanswered)
  }
}
