import { useEffect, useRef, useState } from 'preact/hooks'
import { useSession } from '../live/session-context.js'

/** What is seen until the agent lets one in: that it is looked for, or the question for a token. */
export function Entrance () {
  const { entry, askForToken } = useSession()
  const now = entry.value
  if (now.step === 'token') return <TokenForm refused={now.refused} />
  const trouble = now.step === 'connecting' ? now.trouble : null
  return (
    <section class='card' aria-busy='true'>
      <h1>Looking for the agent</h1>
      <p role='status'>{trouble === null ? 'One moment.' : `${trouble} It is tried again until it answers.`}</p>
      {trouble === null ? null : <button type='button' onClick={askForToken}>Use another token</button>}
    </section>
  )
}

function TokenForm ({ refused }: { refused: string | null }) {
  const session = useSession()
  const [text, setText] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => { field.current?.focus() }, [refused])
  const submit = (event: Event): void => {
    event.preventDefault()
    const token = text.trim()
    if (token === '') field.current?.focus()
    else session.useToken(token).catch(session.heed)
  }
  const goOn = (): void => { session.useToken(null).catch(session.heed) }
  return (
    <section class='card narrow'>
      <h1>A token, please</h1>
      <p>It says who you are, and so what you may do. It is made with <code>steward token create</code>.</p>
      <form class='token-form' onSubmit={submit}>
        <label for='token'>Token</label>
        <input
          ref={field} id='token' type='password' autocomplete='off' spellcheck={false} value={text} required
          aria-describedby='token-hint' aria-invalid={refused !== null}
          onInput={event => { setText(event.currentTarget.value) }}
        />
        <p id='token-hint' class='quiet'>It is kept for this tab only, and gone when the tab is closed.</p>
        {refused === null ? null : <p class='error' role='alert'>{refused}</p>}
        <div class='buttons'>
          <button type='submit' class='primary'>Use this token</button>
          <button type='button' onClick={goOn}>Go on without</button>
        </div>
      </form>
    </section>
  )
}
