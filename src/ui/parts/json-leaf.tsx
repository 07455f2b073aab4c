import { useState } from 'preact/hooks'
import { quoted } from './json-pages.js'
import { mostCharacters, shownText } from './long-text.js'
import { visibleLines } from './visible-text.js'

/** A value with nothing in it. Text stands in quotation marks, `null`, `true` and `false` are set apart. */
export function JsonLeaf ({ value }: { value: unknown }) {
  if (typeof value === 'string') return <Text text={value} />
  if (typeof value === 'number') return <span class='json-number'>{String(value)}</span>
  return <span class='json-word'>{JSON.stringify(value) ?? 'undefined'}</span>
}

/** Long texts show their beginning; those of several lines keep them. */
function Text ({ text }: { text: string }) {
  const [whole, setWhole] = useState(false)
  const shown = shownText(text, { whole })
  const hasLines = text.includes('\n')
  const isLong = hasLines || text.length > shown.text.length || whole
  const canGrow = !whole && shown.isCut
  if (!isLong) return <span class='json-text'>{quoted(text)}</span>
  return (
    <>
      <span class='quiet'>text of {text.length.toLocaleString('en-US')} characters</span>
      <pre class='json-text' tabIndex={0} role='group' aria-label='Text'>{hasLines ? visibleLines(shown.text.replaceAll('\r\n', '\n')) : quoted(shown.text)}{shown.isCut ? ' …' : null}</pre>
      {canGrow ? <button type='button' class='small' onClick={() => { setWhole(true) }}>Show all of it</button> : null}
      {whole && shown.isCut
        ? <p class='quiet'>These are the first {mostCharacters.toLocaleString('en-US')} characters; “Copy” has all of them.</p>
        : null}
    </>
  )
}
