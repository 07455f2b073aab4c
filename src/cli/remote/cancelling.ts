import { AgentRefusal } from '../../client/errors.js'
import type { Action } from '../../client/model.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { visible } from '../table.js'
import { actionLine, wasCancelled } from './action-text.js'
import type { Paint } from './colour.js'
import { createTroubleTeller } from './follow.js'
import { codeOf, type Remote } from './remote.js'

/** What became of the wish to cancel an action. */
export interface Cancelled {
  readonly id: string
  /** Null where the agent has no such action, or did not listen. */
  readonly action: Action | null
  /** What became of it, in words. */
  readonly result: string
  readonly code: ExitCode
}

interface Cancelling {
  /** Until each has ended. */
  readonly wait: boolean
  readonly remote: Remote
}

/** Cancels actions, and says of each what became of it: once the wish is on disk, or when the action has ended. */
export async function * cancelAll (ids: readonly string[], { wait, remote }: Cancelling): AsyncGenerator<Cancelled> {
  if (!wait) {
    for (const id of ids) yield await cancel(id, remote)
    return
  }
  // All are told before any is waited for.
  const told: Cancelled[] = []
  for (const id of ids) told.push(await cancel(id, remote))
  for (const one of told) yield one.action?.state === 'RUNNING' ? await endOf(one.id, remote) : one
}

async function cancel (id: string, { client, signal }: Remote): Promise<Cancelled> {
  try {
    const action = await client.cancel(id, { signal })
    return { id, action, result: action.state === 'RUNNING' ? 'told to stop' : 'cancelled', code: exitCodes.ok }
  } catch (error) {
    if (!(error instanceof AgentRefusal)) throw error
    return { id, action: null, result: error.message, code: codeOf(error) }
  }
}

async function endOf (id: string, { client, signal, err }: Remote): Promise<Cancelled> {
  const trouble = createTroubleTeller({ remark: err })
  const action = await client.outcome(id, { signal, onTrouble: trouble.tell })
  trouble.pass()
  return wasCancelled(action)
    ? { id, action, result: 'cancelled', code: exitCodes.ok }
    : { id, action, result: 'ended before it could be cancelled', code: exitCodes.refused }
}

/** One line: `ID  STATE  kind  what became of it`. */
export function cancelledLine ({ id, action, result }: Cancelled, paint: Paint): string {
  return `${action === null ? visible(id) : actionLine(action, paint)}  ${visible(result.replaceAll(/\s+/g, ' '))}`
}
