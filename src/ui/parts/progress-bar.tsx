import type { Progress } from '../../progress/progress.js'

/** How far something is: its step, a bar where the whole is known, and the rest in words. Keeps its height. */
export function ProgressBar ({ progress: { step, measure, rest } }: { progress: Progress }) {
  const fraction = measure?.fraction ?? null
  const words = [measure?.words ?? '', rest].filter(text => text !== '').join(', ')
  return (
    <div class='progress'>
      <p class='progress-line'>
        <span class='step'>{step ?? ''}</span>
        <span class='percent'>{fraction === null ? '' : `${Math.floor(fraction * 100)}%`}</span>
      </p>
      <div
        class={`track ${fraction === null ? 'unknown' : ''}`} role='progressbar' aria-label={step ?? 'Progress'}
        aria-valuemin={0} aria-valuemax={100} aria-valuenow={fraction === null ? undefined : Math.floor(fraction * 100)}
        aria-valuetext={words === '' ? undefined : words}
      >
        {fraction === null ? null : <div class='fill' style={{ width: `${fraction * 100}%` }} />}
      </div>
      <p class='quiet progress-words'>{words}</p>
    </div>
  )
}
