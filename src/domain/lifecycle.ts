/** The states of an action, in the order of a life. */
export const actionStates = ['NEW', 'RUNNING', 'DONE', 'FAILED'] as const

/**
 * - `NEW`: on disk and waiting. The executor moves it on when its turn comes; a cancel ends it. Survives a crash as
 *   it is.
 * - `RUNNING`: its kind is at work. Only the executor moves it on. After a crash it was interrupted, and its kind
 *   says what that means.
 * - `DONE`, `FAILED`: final. Nothing changes any more, until pruning removes the action and its history.
 */
export type ActionState = typeof actionStates[number]

/**
 * The one table of legal moves. The SQL in `migrations/` repeats it as a trigger, and a test compares the two.
 * `NEW` to `FAILED`: cancelled before it began, or its kind is gone. `RUNNING` to `RUNNING`: its payload changed.
 */
export const moves = {
  NEW: ['RUNNING', 'FAILED'],
  RUNNING: ['RUNNING', 'DONE', 'FAILED'],
  DONE: [],
  FAILED: []
} as const satisfies Record<ActionState, readonly ActionState[]>

/** True when an action may go from one state to the other. */
export function isLegalMove (from: ActionState, to: ActionState): boolean {
  return (moves[from] as readonly ActionState[]).includes(to)
}

/** The states that nothing leaves. */
export const finalStates = actionStates.filter(state => moves[state].length === 0)

/** The states of the queue: waiting or at work. */
export const queuedStates = actionStates.filter(state => moves[state].length > 0)

/** True for DONE and FAILED. */
export function isFinal (state: ActionState): boolean {
  return moves[state].length === 0
}
