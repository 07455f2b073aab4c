import { isFinal, isLegalMove, type ActionState } from '../../src/domain/lifecycle.js'

/** What the laws of a history look at. */
export interface HistoryEntry {
  readonly timestamp: string
  readonly state: ActionState
}

/** What a finished history breaks of the lifecycle, in words; empty when it is as it must be. */
export function faultsOfHistory (history: readonly HistoryEntry[]): string[] {
  const faults = faultsOfMoves(history)
  const last = history.at(-1)
  if (last === undefined || !isFinal(last.state)) faults.push(`ends as ${last?.state}`)
  return faults
}

/** What a history that may go on breaks of the lifecycle. */
export function faultsOfMoves (history: readonly HistoryEntry[]): string[] {
  const faults: string[] = []
  const [first] = history
  if (first?.state !== 'NEW') faults.push(`begins as ${first?.state}`)
  for (const [index, { state, timestamp }] of history.entries()) {
    const before = history[index - 1]
    if (before === undefined) continue
    if (!isLegalMove(before.state, state)) faults.push(`goes from ${before.state} to ${state}`)
    if (Date.parse(timestamp) < Date.parse(before.timestamp)) faults.push(`goes back from ${before.timestamp} to ${timestamp}`)
  }
  return faults
}
