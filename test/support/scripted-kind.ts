import { setMaxListeners } from 'node:events'
import type { ActionKind, KindContext, Outcome } from '../../src/domain/kind.js'

/** One run of a scripted kind that has begun and waits for what the test says. */
export interface ScriptedRun {
  readonly context: KindContext
  /** Lets it return this. */
  returns (outcome: Outcome): void
  /** Lets it throw this. */
  throws (error: unknown): void
}

/** A kind that does what the test says, when the test says it. */
export interface ScriptedKind extends ActionKind {
  /** The next run to begin that was not asked for yet. */
  begun (): Promise<ScriptedRun>
  /** How many runs have begun. */
  readonly runs: number
}

/** Makes a kind whose runs are led by the test. */
export function scriptedKind (kind: string, some: Partial<ActionKind> = {}): ScriptedKind {
  const begun: ScriptedRun[] = []
  const asked: Array<(run: ScriptedRun) => void> = []
  let runs = 0
  return {
    kind,
    summary: 'Do what the test says.',
    args: {},
    timeoutMs: null,
    onInterrupt: 'resume',
    ...some,
    get runs () { return runs },
    run: async context => await new Promise<Outcome>((resolve, reject) => {
      runs++
      setMaxListeners(0, context.signal)
      const run: ScriptedRun = { context, returns: resolve, throws: reject }
      const waiting = asked.shift()
      if (waiting === undefined) begun.push(run)
      else waiting(run)
    }),
    begun: async () => {
      const run = begun.shift()
      return run ?? await new Promise<ScriptedRun>(resolve => { asked.push(resolve) })
    }
  }
}

/** Resolves with the reason when the signal is aborted. */
export async function aborted (signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted) await new Promise(resolve => { signal.addEventListener('abort', resolve, { once: true }) })
  return signal.reason as unknown
}
