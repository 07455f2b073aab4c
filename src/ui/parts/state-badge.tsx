import type { ActionSummary } from '../../client/model.js'

type State = ActionSummary['state']

const signs: Readonly<Record<State, string>> = { NEW: '◷', RUNNING: '▶', DONE: '✓', FAILED: '✕' }

/** A state, in a word, a sign and a colour. */
export function StateBadge ({ state, cancelled = false }: { state: State, cancelled?: boolean }) {
  return (
    <span class={`state ${state.toLowerCase()}`} data-state={state}>
      <span aria-hidden='true'>{signs[state]}</span> {state}{cancelled ? <span class='quiet'> cancelled</span> : null}
    </span>
  )
}
