import type { ActionSummary } from '../../client/model.js'
import { useSession } from '../live/session-context.js'
import { ConfirmDialog } from './confirm-dialog.js'
import { visibleText } from './visible-text.js'

/** The action that somebody wants to cancel. */
export type Cancellable = Pick<ActionSummary, 'id' | 'kind' | 'state'>

interface CancelDialogProps {
  readonly action: Cancellable
  /** Called when the wish is on the agent's disk. */
  readonly onRequested: () => void
  /** Called when the question is gone, whatever the answer. */
  readonly onClose: () => void
}

/** Asks whether to cancel, and does it. */
export function CancelDialog ({ action: { id, kind, state }, onRequested, onClose }: CancelDialogProps) {
  const { client, heed } = useSession()
  const cancel = async (): Promise<void> => {
    try {
      await client.cancel(id)
    } catch (error) {
      heed(error)
      throw error
    }
    onRequested()
  }
  const [title, confirm, decline] = state === 'RUNNING'
    ? ['Cancel the running action?', 'Cancel the action', 'Let it run']
    : ['Cancel the waiting action?', 'Cancel the action', 'Let it wait']
  return (
    <ConfirmDialog title={title} confirm={confirm} decline={decline} onConfirm={cancel} onClose={onClose}>
      <p><b>{visibleText(kind)}</b> <span class='mono'>{id}</span></p>
      <p>{state === 'RUNNING' ? 'It is told to stop. What it has done so far stays done.' : 'It will not be started.'}</p>
    </ConfirmDialog>
  )
}
