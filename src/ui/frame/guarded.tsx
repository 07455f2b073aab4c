import type { ComponentChildren } from 'preact'
import { useErrorBoundary } from 'preact/hooks'
import { asError } from '../live/as-error.js'

/** Keeps what fails in a view from taking the rest of the page with it. Another view needs another key. */
export function Guarded ({ children }: { children: ComponentChildren }) {
  // The browser's console is to have it as well.
  const [error, again] = useErrorBoundary(error => { setTimeout(() => { throw error }) })
  if (error === undefined) return <>{children}</>
  return (
    <section class='card' role='alert'>
      <h1>This page cannot be shown</h1>
      <p class='error'>{asError(error).message}</p>
      <p>The other pages are not concerned. The browser’s console says more.</p>
      <button type='button' onClick={again}>Try again</button>
    </section>
  )
}
