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
  /**
   * Whether what is written to the connection now can only be taken for the answer to what is wrong on it. Not so while
   * an answer has begun or is owed for a request that has come in whole: its work may be done already.
   */
  readonly mayRefuse: (socket: Socket) => boolean
  /** Says that the connection is being cut, and as what its requests count that have no answer yet. */
  readonly cut: (socket: Socket, status: number) => void
  /** The status that was answered; where no answer had begun, what was said at the cut, else 499. */
  readonly statusOf: (reply: FastifyReply) => number
}

/** Not of any RFC, but what proxies log too: the connection was closed before an answer had begun. */
export const unanswered = 499

interface Connection {
  /** The answers that are owed: those that have not been sent to their end. */
  readonly owed: Set<FastifyReply>
  readonly listeners: Set<() => void>
  newest: IncomingMessage | null
}

/**
 * Makes the record of the connections. Node tells of the end of an answer only where that is the one being sent: of
 * those that wait behind it in a pipeline it says nothing when the connection closes.
 */
export function createExchanges (): Exchanges {
  const connections = new WeakMap<Socket, Connection>()
  const cutWith = new WeakMap<FastifyReply, number>()

  function connectionOf (reply: FastifyReply): Connection {
    const { socket } = reply.request.raw
    let connection = connections.get(socket)
    if (connection === undefined) {
      connection = { owed: new Set(), listeners: new Set(), newest: null }
      connections.set(socket, connection)
      const { listeners } = connection
      socket.once('close', () => { for (const listener of listeners) listener() })
    }
    return connection
  }

  function whenOver (reply: FastifyReply, listener: () => void): () => void {
    const { listeners } = connectionOf(reply)
    const over = (): void => {
      takeBack()
      listener()
    }
    const takeBack = (): void => {
      listeners.delete(over)
      reply.raw.off('close', over)
    }
    listeners.add(over)
    reply.raw.once('close', over)
    return takeBack
  }

  return {
    begin (reply) {
      const connection = connectionOf(reply)
      connection.newest = reply.request.raw
      connection.owed.add(reply)
      whenOver(reply, () => connection.owed.delete(reply))
    },
    whenOver,
    mayRefuse (socket) {
      const { owed, newest } = connections.get(socket) ?? { owed: new Set<FastifyReply>(), newest: null }
      if (owed.size === 0) return newest?.complete ?? true
      const [first] = owed
      return owed.size === 1 && first?.request.raw.complete === false && !first.raw.headersSent
    },
    cut (socket, status) {
      // An answer may still be written to what is cut already: from here on that changes nothing.
      for (const reply of connections.get(socket)?.owed ?? []) if (!reply.raw.headersSent) cutWith.set(reply, status)
    },
    statusOf: reply => cutWith.get(reply) ?? (reply.raw.headersSent ? reply.statusCode : unanswered)
  }
}
