import { delay } from './delay.js'
import { AgentRefusal, AgentUnreachable } from './errors.js'

/** How long something that goes on for long is tried again while the agent restarts. */
export interface Patience {
  /** Milliseconds without an answer after which it is given up. */
  readonly patienceMs: number
  /** Called before each new try: what went wrong, and that it is tried again. */
  readonly onTrouble?: ((error: Error) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** The first pause, which doubles up to the last, in milliseconds. */
const firstPauseMs = 100
const lastPauseMs = 2000

/** However long the agent asks to wait, it is asked again after so many milliseconds. */
const longestAskedMs = 60_000

/** True where the same request may be answered a moment later: nobody listens, the agent stops, or it is busy. */
export function mayPass (error: unknown): error is AgentRefusal | AgentUnreachable {
  if (error instanceof AgentUnreachable) return !isAboutTrust(error.code)
  return error instanceof AgentRefusal && passing.has(error.status)
}

/** Too many wait; a proxy finds nobody; the agent stops, or its disk is held; a proxy waited too long. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Certificates do not become trusted by waiting. */
function isAboutTrust (code: string | null): boolean {
  return code !== null && /CERT|ERR_SSL|ERR_TLS|UNABLE_TO/.test(code)
}

/** Does the work, again and again while that may help. Only for what may be repeated. */
export async function patiently<T> (work: () => Promise<T>, { patienceMs, onTrouble, signal }: Patience): Promise<T> {
  let pauseMs = firstPauseMs
  for (let failsSince: number | null = null; ;) {
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      failsSince ??= performance.now()
      const waitedMs = performance.now() - failsSince
      if (!mayPass(error) || waitedMs >= patienceMs) throw error
      onTrouble?.(error)
      const asked = error instanceof AgentRefusal ? (error.retryAfterSeconds ?? 0) * 1000 : 0
      const pause = Math.min(Math.max(pauseMs, asked), longestAskedMs, Math.max(patienceMs - waitedMs, firstPauseMs))
      await delay(pause, signal)
      pauseMs = Math.min(pauseMs * 2, lastPauseMs)
    }
  }
}
