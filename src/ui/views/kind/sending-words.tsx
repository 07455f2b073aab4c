import { actionHref } from '../../frame/route.js'
import type { Sending } from './use-sending.js'

const harmless = 'To send it again is harmless: it carries the same id, and is scheduled once.'

/** What became of the request, where it was not simply taken. */
export function SendingWords ({ sending }: { sending: Sending }) {
  return (
    <div class='form-sending' role='status' aria-live='polite'>
      {wordsOf(sending)}
    </div>
  )
}

function wordsOf (sending: Sending) {
  switch (sending.step) {
    case 'idle': return null
    case 'busy': return <p class='quiet'>It is being sent.</p>
    case 'refused': return sending.violations.length > 0 ? null : <p class='error'>Not scheduled. {sending.message}</p>
    case 'lost': return (
      <p class='error'>
        No answer came: {sending.message} The action may have been recorded. {harmless}
      </p>
    )
    case 'arrived': return (
      <p class='error'>
        Not scheduled. What was sent before did arrive, with what the form said then,
        as <a href={actionHref(sending.id)}>this action</a>. Schedule once more if you want both.
      </p>
    )
  }
}
