import type { Action } from '../domain/action.js'
import { failed, type ActionKind, type Outcome } from '../domain/kind.js'
import type { Logger } from '../domain/log.js'
import type { Observer } from '../domain/ports/observer.js'
import { persist, type Persistence } from './persist.js'

/** So many interruptions in a row without progress, and an action is given up: it may be what kills the agent. */
export const interruptionLimit = 3

/** What recovery works with. */
export interface RecoveryOptions extends Persistence {
  readonly kindOf: (name: string) => ActionKind | undefined
  readonly log: Logger
  readonly observer: Pick<Required<Observer>, 'interrupted'>
}

/**
 * Judges what a dead process left RUNNING: what may go on is returned, for its lane to run again; the rest is FAILED.
 * The law: nothing is started twice unless its kind says that this is safe.
 */
export async function recover ({ kindOf, log, observer, ...persistence }: RecoveryOptions): Promise<Action[]> {
  const { store } = persistence
  const resumable: Action[] = []
  for (const left of store.running()) {
    const action = await persist(persistence, () => store.interrupt(left.seq))
    const outcome = judge(action, kindOf(action.kind))
    const { id, kind, interruptions } = action
    log.warn({ action: id, kind, interruptions, resumed: outcome === null }, 'found an action that was left running')
    // One that was suspended in good order counts no further interruption.
    if (outcome === null && interruptions > left.interruptions) observer.interrupted(action)
    if (outcome === null) resumable.push(action)
    else await persist(persistence, () => store.settle(action.seq, outcome))
  }
  return resumable
}

function judge (action: Action, kind: ActionKind | undefined): Outcome | null {
  if (kind === undefined) return kindIsGone(action)
  if (kind.onInterrupt === 'fail') {
    return failed('The agent died while the action was running, and this kind does not go on after that. ' +
      'How far it came is not known.', { reason: 'interrupted' })
  }
  if (action.interruptions >= interruptionLimit) {
    return failed(`The agent died ${action.interruptions} times while the action was running without progress, ` +
      'so it is not tried again.', { reason: 'interrupted' })
  }
  return null
}

/** The failure of an action whose kind this agent does not have any more. */
export function kindIsGone (action: Action): Outcome {
  return failed(`The kind "${action.kind}" is not available any more.`,
    { reason: 'unavailable', variant: 'ActionNotAvailable' })
}
