import { useState } from 'preact/hooks'
import { useSession } from '../live/session-context.js'
import { CancelDialog, type Cancellable } from './cancel-dialog.js'

interface CancelButtonProps extends Cancellable {
  /** Whether somebody has asked already. */
  readonly isRequested?: boolean
  /** Asks elsewhere: for a list, from which the button may vanish before the question is answered. */
  readonly onAsk?: (action: Cancellable) => void
}

/** A button that asks, and then cancels; nothing for who may not, and a word once it was asked for. */
export function CancelButton ({ id, kind, state, isRequested = false, onAsk }: CancelButtonProps) {
  const { permissions } = useSession()
  const [isAsking, setIsAsking] = useState(false)
  const [hasRequested, setHasRequested] = useState(false)
  if (isRequested || hasRequested) return <span class='quiet cancel-requested' role='status'>cancel requested</span>
  if (!permissions.value.cancel) return null
  const ask = (): void => {
    if (onAsk === undefined) setIsAsking(true)
    else onAsk({ id, kind, state })
  }
  return (
    <>
      <button type='button' class='small' onClick={ask}>
        Cancel<span class='visually-hidden'> {kind} {id.slice(-6)}</span>
      </button>
      {!isAsking
        ? null
        : <CancelDialog
            action={{ id, kind, state }}
            onRequested={() => { setHasRequested(true) }} onClose={() => { setIsAsking(false) }}
          />}
    </>
  )
}
