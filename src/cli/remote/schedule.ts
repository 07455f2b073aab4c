import { AgentRefusal, AgentUnreachable } from '../../client/errors.js'
import type { ActionRequest, Scheduled } from '../../client/model.js'
import { patiently } from '../../client/patience.js'
import { createTroubleTeller } from './follow.js'
import type { Remote } from './remote.js'

/** What is to be scheduled. By its id or its key it may be sent again without harm. */
export interface Order {
  readonly request: ActionRequest
  readonly idempotencyKey: string | undefined
  /** The id or the key is the user's: there may be such an action already. */
  readonly mayBeKnown: boolean
}

/** How long a request whose answer was lost is sent again, in milliseconds: a restart does not take longer. */
const patienceMs = 15_000

/**
 * Schedules an action. Where the answer is lost or the agent stops, the request is sent again, and this is told; what
 * never left is not: the agent is not there, as for any other command.
 */
export async function schedule (order: Order, { client, signal, err, lineFor }: Remote): Promise<Scheduled> {
  const { request, idempotencyKey, mayBeKnown } = order
  const trouble = createTroubleTeller({ remark: err })
  let lost = false
  const onTrouble = (error: Error): void => {
    lost ||= mayBeLost(error)
    // One that hangs has had its time.
    if (!lost || isTimeout(error)) throw error
    trouble.tell(error)
  }
  const options = { signal, ...idempotencyKey === undefined ? {} : { idempotencyKey } }
  try {
    const scheduled = await patiently(() => client.schedule(request, options), { patienceMs, signal, onTrouble })
    trouble.pass()
    if (!scheduled.fresh && mayBeKnown && !lost) err('steward: the same was asked for before; this is the action of then.')
    return scheduled
  } catch (error) {
    if (lost || signal.aborted) err(whetherItIsKnown(request, lineFor))
    throw error
  }
}

/** True where the agent may have recorded the action: the connection broke, or nothing came. Or where it soon can. */
function mayBeLost (error: Error): boolean {
  if (error instanceof AgentRefusal) return error.status >= 502
  return error instanceof AgentUnreachable && (isTimeout(error) || brokenOff.has(error.code ?? ''))
}

const brokenOff: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

function isTimeout ({ cause }: Error): boolean {
  return cause instanceof Error && cause.name === 'TimeoutError'
}

function whetherItIsKnown ({ id }: ActionRequest, lineFor: Remote['lineFor']): string {
  return `Whether the action was recorded is not known; ${id === undefined ? 'the same key' : lineFor('show', id)} tells.`
}
