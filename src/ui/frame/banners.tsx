import { useSession } from '../live/session-context.js'
import { localTime } from '../parts/time.js'

/** What has to be known whatever the view: a lost connection, what happened to it, an agent that takes nothing. */
export function Banners () {
  const { entry } = useSession()
  return (
    <div class='banners' role='status' aria-live='polite'>
      {entry.value.step === 'open' ? <><Lost /><Disabled /><Notices /></> : null}
    </div>
  )
}

function Lost () {
  const { live } = useSession()
  const now = live.connection.value
  if (now.state !== 'lost') return null
  return (
    <p class='banner warning'>
      Since {localTime(now.since)} there is no connection: {now.reason} What you see is of then.
      It is tried again until the agent is back.
    </p>
  )
}

function Disabled () {
  const { agent } = useSession()
  const reason = agent.value?.actions_disabled ?? null
  return reason === null ? null : <p class='banner warning'>The agent takes and runs no actions: {reason}.</p>
}

function Notices () {
  const { live } = useSession()
  const { list, dismiss } = live.notices
  return (
    <>
      {list.value.map(({ id, at, text }) => (
        <p key={id} class='banner'>
          <span>{localTime(at)}: {text}</span>
          <button type='button' class='small' onClick={() => { dismiss(id) }} aria-label={`Dismiss: ${text}`}>Dismiss</button>
        </p>
      ))}
    </>
  )
}
