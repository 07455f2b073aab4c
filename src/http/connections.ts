import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Exchanges } from './exchanges.js'

/** How many connections are open at the same time, and how many answers may be owed on one. */
export const connectionLimits = { open: 8000, owed: 5000 } as const

/** Milliseconds for which a client may take nothing of an answer, or leave a connection idle, before it is cut. */
export const stallMs = 60_000

const name = Symbol('key')

/** A socket that keeps its key: to make it of address and port for each request costs half a microsecond. */
type Named = Socket & { [name]?: string }

/**
 * Bounds what connections cost. Where too many are open, a new one takes the place of the one that has been waited for
 * longest: idle, or in the midst of sending a request or of taking an answer. Those whose answer the agent itself owes
 * are spared, so that who takes all connections gets only those that do nothing. Clients that read nothing any more are
 * cut.
 */
export function installConnectionLimits (app: FastifyInstance, exchanges: Exchanges): void {
  const { server } = app
  let most: number | null = null
  /** By the client's address and port, which TLS sockets share with those below them; longest untouched first. */
  const open = new Map<string, Socket>()

  // Node leaves out what is beyond 2,000 headers without a word: a second Host, or an Origin. Their size is bounded.
  server.maxHeadersCount = 0
  server.on('connection', socket => {
    const key = keyOf(socket)
    open.set(key, socket)
    socket.once('close', () => open.delete(key))
    most ??= openLimit()
    if (open.size <= most) return
    const [place, needless] = leastNeeded(open, exchanges) ?? [key, socket]
    // At once: many may come before it is told of as closed, and each has to take the place of another.
    open.delete(place)
    needless.destroy()
  })
  server.on('secureConnection', socket => { if (open.has(keyOf(socket))) open.set(keyOf(socket), socket) })
  // With a listener Node itself destroys none, so this has to.
  server.setTimeout(stallMs, socket => {
    if (!exchanges.isWorking(socket)) socket.destroy()
  })

  app.addHook('onRequest', ({ raw: { socket } }: { raw: { socket: Named } }, _reply, done) => {
    const key = socket[name] ??= keyOf(socket)
    if (open.delete(key)) open.set(key, socket)
    if (exchanges.owedCount(socket) > connectionLimits.owed) socket.destroy()
    else done()
  })
}

function keyOf ({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`
}

function leastNeeded (open: ReadonlyMap<string, Socket>, exchanges: Exchanges): [string, Socket] | null {
  for (const [key, socket] of open) {
    if (!exchanges.isWorking(socket)) return [key, socket]
  }
  return null
}

/** Three quarters of the files that this process may open, where that is less: the queue and commands need some too. */
function openLimit (): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return Math.min(connectionLimits.open, Math.floor(Number(soft ?? Infinity) * 0.75))
  } catch {
    return connectionLimits.open
  }
}
