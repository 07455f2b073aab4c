import type { ActionDetail, Transition } from '../client/model.js'
import { readProgress, type Progress } from './progress.js'

/** Entries of a history that belong together: one state, and within RUNNING one step. */
export interface Step {
  readonly state: Transition['state']
  /** RFC 3339, in the words of the agent. */
  readonly began: string
  /** Milliseconds until the next step began; null: none has. */
  readonly tookMs: number | null
  /** How many entries it has. */
  readonly reports: number
  /** What its last entry says. */
  readonly progress: Progress
}

/**
 * The history of an action in steps: hundreds of reports of one copy are one step. Who asks again and again for a
 * growing history gives a reader that remembers.
 */
export function stepsOf (
  { history, state_payload: latest }: Pick<ActionDetail, 'history' | 'state_payload'>, read: typeof readProgress = readProgress
): Step[] {
  const steps: Array<{ first: Transition, reports: number, progress: Progress }> = []
  for (const [at, entry] of history.entries()) {
    // Beyond the most entries that a history has, only the latest payload goes on.
    const progress = read(at === history.length - 1 && entry.state === 'RUNNING' ? latest : entry.state_payload)
    const last = steps.at(-1)
    if (last?.first.state === entry.state && last.progress.step === progress.step) {
      Object.assign(last, { progress, reports: last.reports + 1 })
    } else {
      steps.push({ first: entry, reports: 1, progress })
    }
  }
  return steps.map(({ first, ...of }, at) => {
    const next = steps[at + 1]?.first.timestamp
    return {
      state: first.state,
      began: first.timestamp,
      tookMs: next === undefined ? null : msBetween(first.timestamp, next),
      ...of
    }
  })
}

/** Milliseconds between two moments in RFC 3339. */
export function msBetween (from: string, to: string): number {
  return Date.parse(to) - Date.parse(from)
}
