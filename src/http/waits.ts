import type { FastifyReply } from 'fastify'

interface Wait<T> {
  /** The answer that is being waited for: when its connection closes, nobody listens any more. */
  readonly reply: FastifyReply
  /** Milliseconds; null without limit. */
  readonly limitMs: number | null
  readonly work: (signal: AbortSignal) => Promise<T>
}

/** A signal, and the end of the need for it. */
interface BoundedSignal {
  readonly signal: AbortSignal
  readonly release: () => void
}

/** The requests that wait for something, all of which can be ended at once. */
export interface Waits {
  /** True once `end` was called. */
  readonly ended: () => boolean
  /** Ends every wait, now and from now on. May be called twice. */
  readonly end: () => void
  /** A signal that is aborted when the answer's connection closes, the limit is reached, or waits end. */
  readonly signal: (reply: FastifyReply, limitMs: number | null) => BoundedSignal
  /** The result of the work, or null when its signal was aborted first. */
  readonly run: <T>(wait: Wait<T>) => Promise<T | null>
}

/** Makes a set of waits. Not `AbortSignal.any`: its parts live as long as their longest, which here is the process. */
export function createWaits (): Waits {
  const stops = new Set<() => void>()
  let ended = false

  function signal (reply: FastifyReply, limitMs: number | null): BoundedSignal {
    const controller = new AbortController()
    const stop = (): void => controller.abort()
    const timer = limitMs === null ? undefined : setTimeout(stop, limitMs)
    stops.add(stop)
    reply.raw.once('close', stop)
    if (ended || reply.raw.destroyed) stop()
    const release = (): void => {
      clearTimeout(timer)
      stops.delete(stop)
      reply.raw.off('close', stop)
    }
    return { signal: controller.signal, release }
  }

  async function run<T> ({ reply, limitMs, work }: Wait<T>): Promise<T | null> {
    const bounded = signal(reply, limitMs)
    try {
      return await work(bounded.signal)
    } catch (error) {
      if (bounded.signal.aborted) return null
      throw error
    } finally {
      bounded.release()
    }
  }

  function end (): void {
    ended = true
    for (const stop of stops) stop()
  }

  return { ended: () => ended, end, signal, run }
}
