import { useEffect, useRef } from 'preact/hooks'
import type { Violation } from '../../domain/problem.js'
import { elementId, placeInWords, pointersAround } from './form-place.js'

interface ErrorSummaryProps {
  readonly title: string
  readonly violations: readonly Violation[]
  /** Grows with each try: then the summary gets the focus, so that it is read out. */
  readonly tries: number
}

/** What is wrong with the form, each with a way to its field; nothing where nothing is. */
export function ErrorSummary ({ title, violations, tries }: ErrorSummaryProps) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => { if (tries > 0) box.current?.focus() }, [tries])
  if (violations.length === 0) return null
  return (
    <div ref={box} class='error-summary' tabIndex={-1} role='group' aria-labelledby='error-summary-title'>
      <h3 id='error-summary-title'>{title}</h3>
      <ul>
        {violations.map(({ pointer, detail }, at) => (
          <li key={at}>
            <a href={location.hash} onClick={event => { goTo(event, pointer) }}>{placeInWords(pointer)}</a>: {detail}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** To the field, or to what it would be in. The fragment of the address is taken: it says which page this is. */
function goTo (event: Event, pointer: string): void {
  event.preventDefault()
  const elements = pointersAround(pointer).map(each => document.getElementById(elementId(each)))
  elements.find(element => element !== null)?.focus()
}
