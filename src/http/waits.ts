import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HeldAnswer, HttpTools } from '../domain/ports/protocol.js'
import { Problem } from '../domain/problem.js'
import type { Exchanges } from './exchanges.js'

/** A signal, and the end of the need for it. */
interface BoundedSignal {
  readonly signal: AbortSignal
  readonly release: () => void
}

/** The answers that are held on purpose, all of which can be ended at once. */
export interface Waits {
  /** True once `end` was called. */
  readonly ended: () => boolean
  /** Ends every wait and stream, now and from now on. May be called twice. */
  readonly end: () => void
  /** Ends one wait or stream; of an answer that is not held, nothing. */
  readonly endOne: (reply: FastifyReply) => void
  /** What protocols are given too. */
  readonly run: HttpTools<FastifyReply>['hold']
  /**
   * A stream that is to end when its signal says that waits end, and is destroyed when its connection closes. Throws
   * `too-many-waits`, and what `open` throws.
   */
  readonly stream: (reply: FastifyReply, open: (signal: AbortSignal) => Readable) => Readable
  /** Whether the answer was held: the time that it took says nothing of the agent. */
  readonly held: (reply: FastifyReply) => boolean
}

/**
 * How many answers are held at the same time. One that is held costs about 20 KB, and pipelining brings thousands over
 * a single connection: without a limit one client could take all memory.
 */
export const waitLimits = { waits: 2000, streams: 500 } as const

/** Seconds after which one that was refused may come back. */
const retryAfterSeconds = 5

interface WaitsOptions {
  readonly exchanges: Exchanges
  /** Throws when what was shown with a request is not valid any more: who has waited is answered only after that. */
  readonly requireValid: (request: FastifyRequest) => void
}

/** Makes a set of waits. Not `AbortSignal.any`: its parts live as long as their longest, which here is the process. */
export function createWaits ({ exchanges, requireValid }: WaitsOptions): Waits {
  const stops = { waits: new Set<() => void>(), streams: new Set<() => void>() }
  const held = new WeakMap<FastifyReply, () => void>()
  let ended = false

  function hold (reply: FastifyReply, what: keyof typeof waitLimits): BoundedSignal & { readonly stop: () => void } {
    const limit = waitLimits[what]
    if (stops[what].size >= limit) {
      throw new Problem('too-many-waits', { params: { limit, what: words[what] }, retryAfterSeconds })
    }
    const controller = new AbortController()
    const stop = (): void => controller.abort()
    stops[what].add(stop)
    held.set(reply, stop)
    const takeBack = exchanges.whenOver(reply, stop)
    if (ended || reply.request.raw.socket.destroyed) stop()
    const release = (): void => {
      stops[what].delete(stop)
      takeBack()
    }
    return { signal: controller.signal, stop, release }
  }

  async function run<T> (answer: HeldAnswer<FastifyReply, T>): Promise<T | null> {
    const found = await waitFor(answer)
    requireValid(answer.reply.request)
    return found
  }

  async function waitFor<T> ({ reply, limitMs, work }: HeldAnswer<FastifyReply, T>): Promise<T | null> {
    const { signal, stop, release } = hold(reply, 'waits')
    const timer = setTimeout(stop, limitMs)
    try {
      return await work(signal)
    } catch (error) {
      if (signal.aborted) return null
      throw error
    } finally {
      clearTimeout(timer)
      release()
    }
  }

  function stream (reply: FastifyReply, open: (signal: AbortSignal) => Readable): Readable {
    const { signal, release } = hold(reply, 'streams')
    try {
      const opened = open(signal)
      const takeBack = exchanges.whenOver(reply, () => opened.destroy())
      return opened.once('close', () => {
        release()
        takeBack()
      })
    } catch (error) {
      release()
      throw error
    }
  }

  function end (): void {
    ended = true
    for (const stop of [...stops.waits, ...stops.streams]) stop()
  }

  return { ended: () => ended, end, endOne: reply => held.get(reply)?.(), run, stream, held: reply => held.has(reply) }
}

const words = { waits: 'waits', streams: 'event streams' } as const
