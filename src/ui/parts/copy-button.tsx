import { useState } from 'preact/hooks'

/** Copies a text, which may be made only then; says for a moment that it did. */
export function CopyButton ({ text, what }: { text: string | (() => string), what: string }) {
  const [said, setSaid] = useState<string | null>(null)
  const tell = (isCopied: boolean): void => {
    setSaid(isCopied ? 'Copied' : 'Select it and press Ctrl+C')
    setTimeout(() => { setSaid(null) }, 2000)
  }
  const copy = (): void => { copied(typeof text === 'string' ? text : text()).then(tell, () => { tell(false) }) }
  return (
    <button type='button' class='small copy' onClick={copy}>
      <span aria-live='polite'>{said ?? 'Copy'}</span><span class='visually-hidden'> {what}</span>
    </button>
  )
}

async function copied (text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Browsers have a clipboard only for pages that came encrypted, or from this machine.
    return copiedFromField(text)
  }
}

function copiedFromField (text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'visually-hidden'
  document.body.append(field)
  field.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    field.remove()
  }
}
