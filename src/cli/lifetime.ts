import type { ExitCode } from './exit-codes.js'
import { exitCodes } from './exit-codes.js'

/** A process that runs until it is told to end, or cannot go on. */
export interface Lifetime {
  /** Resolves with the exit code once something ends it. */
  readonly over: Promise<ExitCode>
  /** Ends it with a code. Only the first counts. */
  end (code: ExitCode): void
  /** Gives the signals back. */
  release (): void
}

/**
 * The signals that ask for a clean stop. A second one, of either kind, ends the process at once, as an operator at a
 * terminal expects.
 */
const stopSignals = ['SIGINT', 'SIGTERM'] as const

/** The code of a process that a second signal cut short: 128 and the number of SIGINT, as shells have it. */
const cutShort = 130

/** Begins to listen for the signals that end the process. */
export function beginLifetime (onSignal: (signal: string) => void): Lifetime {
  let end = (_code: ExitCode): void => {}
  const over = new Promise<ExitCode>(resolve => { end = resolve })
  let asked = false
  const stop = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(cutShort)
    asked = true
    onSignal(signal)
    end(exitCodes.ok)
  }
  for (const signal of stopSignals) process.on(signal, stop)
  return {
    over,
    end,
    release: () => { for (const signal of stopSignals) process.off(signal, stop) }
  }
}
