import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { pathOf } from './path-of.js'

/** Milliseconds of one turn of the event loop that go to requests. */
const turnMs = 50

/** Requests that are looked at in one turn, of those that had to wait for it. */
const mostPerTurn = 256

/** Characters of an answer from which on its path is known for large answers. */
const largeAnswer = 256 * 1024

/** Milliseconds for which a path is known for that, and how many are. */
const knownMs = 10_000
const mostKnown = 1000

interface Waiting {
  /** Of the URL of a GET, without its query string; empty for what is no GET. */
  readonly path: string
  readonly socket: Socket
  readonly begin: () => void
}

/**
 * Keeps requests from taking the whole of the event loop: what is asked on a hundred connections at once comes in one
 * turn. When the requests of a turn have had their time, the others wait for the next, so that in between the queue
 * goes on. Those for large answers, such as long histories, have half of all time at most, and spare all others.
 */
export function installFairTurns (app: FastifyInstance): void {
  const waiting: Waiting[] = []
  const large: Waiting[] = []
  const largeUntil = new Map<string, number>()
  /** When the first request of this turn came; null before it. */
  let began: number | null = null
  /** Whether a large answer is being made, or the pause after one lasts. */
  let pausing = false

  const isLarge = (path: string): boolean => (largeUntil.get(path) ?? 0) > performance.now()

  const hasTime = (): boolean => {
    if (began === null) {
      began = performance.now()
      setImmediate(endTurn)
    }
    return performance.now() - began < turnMs
  }

  const endTurn = (): void => {
    began = null
    // One callback for each: Node runs what a request has begun, such as its handler, before the next.
    for (let count = Math.min(waiting.length, mostPerTurn); count > 0; count--) setImmediate(takeNext)
  }

  const takeNext = (): void => {
    if (!hasTime()) return
    const next = waiting.shift()
    if (next !== undefined && isLarge(next.path)) wait(next)
    else begin(next)
  }

  /** Begins one, and the next after a pause of the time that it took: the others have half of all time at least. */
  const takeLarge = (): void => {
    const since = performance.now()
    begin(large.shift())
    setImmediate(() => {
      setTimeout(() => {
        if (large.length > 0) takeLarge()
        else pausing = false
      }, performance.now() - since)
    })
  }

  const wait = (request: Waiting): void => {
    if (!isLarge(request.path)) {
      waiting.push(request)
      return
    }
    large.push(request)
    if (pausing) return
    pausing = true
    takeLarge()
  }

  const remember = (path: string): void => {
    const [oldest] = largeUntil.keys()
    if (largeUntil.size >= mostKnown && oldest !== undefined) largeUntil.delete(oldest)
    largeUntil.set(path, performance.now() + knownMs)
  }

  app.addHook('onRequest', ({ method, raw: { socket, url = '' } }, _reply, done) => {
    // Only reads: a list has the path that is scheduled at, and what is scheduled keeps its order.
    const path = method === 'GET' ? pathOf(url) : ''
    if (waiting.length === 0 && hasTime() && !isLarge(path)) done()
    else wait({ path, socket, begin: done })
  })
  app.addHook('onSend', ({ method, raw: { url = '' } }, _reply, payload, done) => {
    if (method === 'GET' && typeof payload === 'string' && payload.length > largeAnswer) remember(pathOf(url))
    done(null, payload)
  })
}

/** For who has gone in the meantime nothing is begun: what its request would take would not be given back. */
function begin (request: Waiting | undefined): void {
  if (request !== undefined && !request.socket.destroyed) request.begin()
}
