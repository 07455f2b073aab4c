import type { ActionDetail } from '../../../client/model.js'
import { shownText } from '../../parts/long-text.js'
import { visibleLines, visibleText } from '../../parts/visible-text.js'
import { failureFacts, reasonInWords } from './failure-facts.js'

/** Why it has failed, in the words that the kind and the servers beneath it had; nothing where it has not. */
export function ActionFailure ({ action }: { action: ActionDetail }) {
  const facts = failureFacts(action)
  if (facts === null) return null
  const { error, layers, trace, variant, reason } = facts
  const meaning = reasonInWords(reason)
  const also = [...variant === null ? [] : [`variant ${visibleText(variant)}`], ...reason === null ? [] : [`reason ${visibleText(reason)}`]]
  return (
    <section class='card failure' aria-labelledby='failure'>
      <h2 id='failure'>Why it failed</h2>
      <p class='error'>{error === null ? 'It does not say why; its payload may.' : asFarAsShown(error)}</p>
      {layers.length === 0 ? null : <ul class='layers'>{layers.slice(0, mostLayers).map((layer, at) => <li key={at}>{asFarAsShown(layer)}</li>)}</ul>}
      {meaning === null || also.length === 0 ? null : <p class='quiet'>{meaning}</p>}
      {also.length === 0 ? null : <p class='quiet'>{also.join(', ')}</p>}
      {trace === null
        ? null
        : <details><summary>Trace</summary><pre tabIndex={0} role='group' aria-label='Trace'>{asFarAsShown(trace, { whole: true })}</pre></details>}
    </section>
  )
}

/** The tree of the payload has all of them. */
const mostLayers = 20

function asFarAsShown (text: string, { whole } = { whole: false }): string {
  const shown = shownText(text, { whole })
  return `${visibleLines(shown.text)}${shown.isCut ? ' …' : ''}`
}
