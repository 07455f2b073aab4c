import { useState } from 'preact/hooks'
import { useSession } from '../../live/session-context.js'
import { CancelDialog, type Cancellable } from '../../parts/cancel-dialog.js'

/** For lists whose rows may vanish while somebody is asked: the question is a part of the list, not of the row. */
export function useCancelling () {
  const { board } = useSession()
  const [asked, setAsked] = useState<Cancellable | null>(null)
  const dialog = asked === null
    ? null
    : (
      <CancelDialog
        key={asked.id} action={asked}
        onRequested={() => { board.noteCancel(asked.id) }} onClose={() => { setAsked(null) }}
      />
      )
  return { ask: setAsked, dialog }
}
