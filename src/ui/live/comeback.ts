import type { TransitionEvent } from '../../client/events.js'
import type { AgentInfo } from '../../client/model.js'

/** What is known of the time in which the connection was lost. */
export interface Absence {
  /** The agent as it was before; null: nobody had asked. */
  readonly known: AgentInfo | null
  readonly now: AgentInfo
  /** Milliseconds. */
  readonly awayMs: number
  /** What was replayed of that time; null: nothing was, the page was read anew. */
  readonly missed: readonly TransitionEvent[] | null
}

/** What is said when the agent is there again: whether it restarted, for how long it was away, and what happened. */
export function comebackWords ({ known, now, awayMs, missed }: Absence): string {
  const away = `${Math.max(1, Math.round(awayMs / 1000))} s`
  const rest = missed === null ? 'The page was read anew' : `Meanwhile ${missedWords(missed)}`
  return `${whatHappened(known, now)} for ${away}. ${rest}.`
}

function whatHappened (known: AgentInfo | null, now: AgentInfo): string {
  if (known === null || known.started_ts === now.started_ts) return 'The connection is back; it was lost'
  const isOther = known.version.number !== now.version.number
  return `The agent restarted${isOther ? ` as version ${now.version.number}` : ''}; it was away`
}

/** Such as `2 actions began, 3 were DONE and 1 FAILED (1 interrupted)`. */
function missedWords (missed: readonly TransitionEvent[]): string {
  const began = new Set(missed.filter(({ state }) => state === 'RUNNING').map(({ action_id: id }) => id)).size
  const done = missed.filter(({ state }) => state === 'DONE').length
  const failed = missed.filter(({ state }) => state === 'FAILED')
  const interrupted = failed.filter(({ state_payload: payload }) => reasonOf(payload) === 'interrupted').length
  const parts = [
    ...began === 0 ? [] : [`${counted(began)} ran`],
    ...done === 0 ? [] : [`${done} ended DONE`],
    ...failed.length === 0 ? [] : [`${failed.length} ended FAILED${interrupted === 0 ? '' : ` (${interrupted} interrupted)`}`]
  ]
  if (parts.length === 0) return 'no action began or ended'
  return parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

function counted (actions: number): string {
  return actions === 1 ? '1 action' : `${actions} actions`
}

function reasonOf (payload: unknown): unknown {
  return typeof payload === 'object' && payload !== null && 'reason' in payload ? payload.reason : null
}
