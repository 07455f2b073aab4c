import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Logger } from '../domain/log.js'
import { refuseSlowClient } from './client-errors.js'
import type { Exchanges } from './exchanges.js'

/** Bytes that are kept for all clients together: a multiple of the largest body, where that is much. */
export function backlogLimit (bodyLimit: number): number {
  return Math.max(128 * 1024 * 1024, 8 * bodyLimit)
}

/** Bytes that are not counted: almost every body and answer is smaller, and the number of connections is bounded. */
const uncounted = 16 * 1024

interface Kept {
  bytes: number
  /** Its bytes are not counted any more. */
  cut: boolean
}

interface BacklogOptions {
  readonly exchanges: Exchanges
  readonly log: Logger
  /** Bytes. */
  readonly limit: number
}

/**
 * Bounds what is kept in memory for clients that take their time: bodies that have not come in whole, those of requests
 * that wait, and answers that have not been taken. Where it is too much together, the connection for which something
 * has been kept longest is closed; a body or an answer that is alone may be as large as it has to.
 */
export function installBacklog (app: FastifyInstance, { exchanges, log, limit }: BacklogOptions): void {
  /** By connection, the longest kept first. */
  const kept = new Map<Socket, Kept>()
  let total = 0

  function letGo (socket: Socket, of: Kept): void {
    total -= of.bytes
    kept.delete(socket)
  }

  function makeRoom (): void {
    for (const [socket, of] of kept) {
      if (total <= limit || kept.size === 1) return
      of.cut = true
      letGo(socket, of)
      refuseSlowClient(socket, { exchanges, log })
    }
  }

  /** Counts bytes for as long as the exchange is not over. Returns what counts more. */
  function keep (reply: FastifyReply): (bytes: number) => void {
    const { socket } = reply.request.raw
    // An exchange that is over already, as of who left while the answer was made, would never give its bytes back.
    if (socket.destroyed) return () => {}
    const of = kept.get(socket) ?? { bytes: 0, cut: false }
    kept.set(socket, of)
    let own = 0
    exchanges.whenOver(reply, () => {
      if (of.cut) return
      of.bytes -= own
      total -= own
      if (of.bytes === 0) kept.delete(socket)
    })
    return bytes => {
      if (of.cut) return
      own += bytes
      of.bytes += bytes
      total += bytes
      if (total > limit) makeRoom()
    }
  }

  app.addHook('preParsing', ({ headers }, reply, payload, done) => {
    const length = headers['content-length']
    if (length === undefined ? headers['transfer-encoding'] !== undefined : Number(length) > uncounted) {
      const count = keep(reply)
      payload.on('data', (chunk: Buffer) => count(chunk.length))
    }
    done(null, payload)
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if ((typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length > uncounted) keep(reply)(payload.length)
    done(null, payload)
  })
}
