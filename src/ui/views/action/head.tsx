import type { ActionDetail } from '../../../client/model.js'
import { useSession } from '../../live/session-context.js'
import { hrefOf } from '../../frame/route.js'
import { CancelButton } from '../../parts/cancel-button.js'
import { CopyButton } from '../../parts/copy-button.js'
import { StateBadge } from '../../parts/state-badge.js'
import { visibleText } from '../../parts/visible-text.js'
import { failureFacts } from './failure-facts.js'
import { isOver } from './news.js'

/** Which action it is, how it is, and what can be done with it. */
export function ActionHead ({ action }: { action: ActionDetail }) {
  const { id, kind, state, cancel_requested_ts: cancelled } = action
  const reason = failureFacts(action)?.reason ?? null
  const isCancelled = reason === 'cancelled'
  return (
    <header class='action-head'>
      <div>
        <h1>{visibleText(kind)}</h1>
        <p class='state-line'>
          <span role='status'>
            <StateBadge state={state} cancelled={isCancelled} />
            {reason === null || isCancelled || reason === 'error' ? null : <span class='quiet'> {visibleText(reason)}</span>}
          </span>
        </p>
        <p class='id'><span class='mono'>{id}</span> <CopyButton text={id} what='the id' /></p>
      </div>
      <div class='deeds'>
        <RunAgain action={action} />
        {isOver(state) ? null : <CancelButton id={id} kind={kind} state={state} isRequested={cancelled !== null} />}
      </div>
    </header>
  )
}

/** Browsers take addresses of some hundred thousand characters; what is longer is better sent by a program. */
const longestAddress = 100_000

function RunAgain ({ action: { kind, args } }: { action: ActionDetail }) {
  const { permissions } = useSession()
  if (!permissions.value.schedule(kind)) return <p class='quiet'>You may not run this kind.</p>
  const href = hrefOf(['kinds', kind], args === null ? {} : { args: JSON.stringify(args) })
  if (href.length > longestAddress) return <p class='quiet'>Its arguments are too long for a form.</p>
  return <a class='button' href={href}>Run again</a>
}
