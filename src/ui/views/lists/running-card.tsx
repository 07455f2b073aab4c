import { mainLane } from '../../../domain/action.js'
import type { RunningAction } from '../../live/board-state.js'
import { CancelButton } from '../../parts/cancel-button.js'
import type { Cancellable } from '../../parts/cancel-dialog.js'
import { ProgressBar } from '../../parts/progress-bar.js'
import { Took } from '../../parts/time.js'
import { cutText } from '../../parts/visible-text.js'
import { rememberedProgress } from '../action/remembered-progress.js'
import { ActionLink } from './action-link.js'

interface RunningCardProps {
  readonly action: RunningAction
  /** How many wait in its lane; null: not known. */
  readonly behind: number | null
  readonly onAsk: (action: Cancellable) => void
}

/** An action at work: what it is, for whom, since when, and how far. Every card has the same height. */
export function RunningCard ({ action, behind, onAsk }: RunningCardProps) {
  const { id, kind, lane, requester, started, payload, cancelRequested } = action
  return (
    <li class='running-card'>
      <div class='running-head'>
        <h3 class='line'><ActionLink id={id} kind={kind} lane={lane} /></h3>
        <Took from={started} to={null} />
      </div>
      <ProgressBar progress={rememberedProgress(payload)} />
      <div class='running-foot'>
        <p class='quiet'>
          {requester === null ? '' : `by ${cutText(requester, 40)}`}
          {behind === null ? '' : `${requester === null ? '' : ', '}${behindWords(behind, lane)}`}
        </p>
        <CancelButton id={id} kind={kind} state='RUNNING' isRequested={cancelRequested} onAsk={onAsk} />
      </div>
    </li>
  )
}

function behindWords (behind: number, lane: string): string {
  const count = behind === 0 ? 'nothing waits' : `${behind.toLocaleString('en')} ${behind === 1 ? 'waits' : 'wait'}`
  return lane === mainLane ? `${count} behind it` : `${count} in this lane`
}
