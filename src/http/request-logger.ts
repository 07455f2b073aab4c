import type { FastifyBaseLogger } from 'fastify'

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

interface LazyLogger extends Pick<FastifyBaseLogger, typeof levels[number]> {}

/** A child of a log, made when something is first written to it. */

class LazyLogger implements FastifyBaseLogger {
  readonly #make: () => FastifyBaseLogger
  #made: FastifyBaseLogger | null = null

  constructor (make: () => FastifyBaseLogger) {
    this.#make = make
  }

  get made (): FastifyBaseLogger {
    this.#made ??= this.#make()
    return this.#made
  }

  get level (): string {
    return this.made.level
  }

  child (...args: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.made.child(...args)
  }
}

for (const level of levels) {
  LazyLogger.prototype[level] = function (this: LazyLogger, ...args: unknown[]) {
    (this.made[level] as (...args: unknown[]) => void)(...args)
  }
}

/**
 * The log of one request: a child of the agent's with the request's id. Most requests write nothing to it, and making
 * a child of pino is 3 of the 110 µs that scheduling takes.
 */
export function requestLogger (log: FastifyBaseLogger, bindings: Record<string, unknown>): FastifyBaseLogger {
  return new LazyLogger(() => log.child(bindings))
}
