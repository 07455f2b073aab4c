import { useMemo } from 'preact/hooks'
import { useSession } from '../../live/session-context.js'
import { CopyButton } from '../../parts/copy-button.js'
import { commandLines } from './command-lines.js'
import type { Order } from './request.js'

/** What does the same in a terminal. `order`: null while what is filled in cannot be read. */
export function CommandLinesView ({ order }: { order: Order | null }) {
  const { url, hasToken } = useSession()
  const token = hasToken.value
  const lines = useMemo(() => (
    order === null ? null : commandLines(order, { url, hasToken: token })
  ), [order, url, token])
  return (
    <section class='card command-lines'>
      <h2>The same in a terminal</h2>
      {lines === null
        ? <p class='quiet'>The lines come back as soon as what is filled in can be read.</p>
        : (
          <>
            <Line name='curl' text={lines.curl} />
            <Line name='steward' text={lines.steward} />
            {lines.files === null
              ? null
              : <p class='form-hint'>That is too long for a command: {lines.files.request} is to hold the request, {lines.files.args} the arguments.</p>}
            {token ? <p class='form-hint'><code>STEWARD_TOKEN</code> has to hold your token.</p> : null}
          </>
          )}
    </section>
  )
}

function Line ({ name, text }: { name: string, text: string }) {
  return (
    <div class='command-line'>
      <div class='command-head'><h3>{name}</h3><CopyButton text={text} what={`the line for ${name}`} /></div>
      <pre tabIndex={0} role='region' aria-label={`The line for ${name}`}><code>{text}</code></pre>
    </div>
  )
}
