import type { ActionSummary } from '../../../client/model.js'
import { cutText } from '../../parts/visible-text.js'

/** Why an action failed, on one line; the whole of it when it is pointed at. */
export function FailureLine ({ failure }: { failure: ActionSummary['failure'] }) {
  const { reason, error } = failure ?? { reason: null, error: null }
  // The state says already that it was an error, or cancelled.
  const name = reason === 'error' || reason === 'cancelled' ? null : reason
  const text = [name, error].filter(part => part !== null).map(part => cutText(part, 300)).join(': ')
  return text === '' ? null : <span class='why-failed' title={text}>{text}</span>
}
