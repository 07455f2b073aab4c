import type { TargetedKeyboardEvent, TargetedPointerEvent } from 'preact'
import { nearestIndex, type Scale } from './plot-scale.js'

/** What of a plot can be looked at sample by sample. */
export interface Samples {
  /** What the plot is, for those who do not see it. */
  readonly name: string
  /** Where the samples are: milliseconds since the epoch, ascending. */
  readonly times: readonly number[]
  /** The sample that is looked at; null: none in particular, which is the last. */
  readonly selected: number | null
  readonly onSelect: (index: number | null) => void
  /** A sample's time and figures. */
  readonly words: (index: number) => string
}

/** How many samples the keys go on; Home and End aside. */
const strides: Readonly<Record<string, number>> = {
  ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: -10, PageDown: 10
}

/** Lies over a plot: pointing at a sample, or going there with the arrow keys, selects it. */
export function PlotCursor ({ name, times, selected, onSelect, words, x }: Samples & { x: Scale }) {
  const last = times.length - 1
  const point = (event: TargetedPointerEvent<HTMLElement>): void => {
    const place = event.clientX - event.currentTarget.getBoundingClientRect().left
    const index = nearestIndex(times.map(x), place)
    if (index >= 0 && index !== selected) onSelect(index)
  }
  const press = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const next = nextIndex(event.key, selected ?? last, last)
    if (next === undefined) return
    event.preventDefault()
    onSelect(next)
  }
  return (
    <div
      class='plot-cursor' role='slider' tabIndex={0} aria-label={`${name}: moment`} aria-disabled={last < 0}
      aria-valuemin={0} aria-valuemax={Math.max(last, 0)} aria-valuenow={Math.max(selected ?? last, 0)}
      aria-valuetext={last < 0 ? 'nothing is known yet' : words(Math.min(selected ?? last, last))}
      onPointerMove={point} onPointerDown={point} onPointerLeave={() => { onSelect(null) }}
      onKeyDown={press} onBlur={() => { onSelect(null) }}
    />
  )
}

/** Undefined for a key that has no meaning here; null: the newest again, whatever comes. */
function nextIndex (key: string, from: number, last: number): number | null | undefined {
  if (last < 0) return undefined
  if (key === 'Home') return 0
  if (key === 'End' || key === 'Escape') return null
  const stride = Object.hasOwn(strides, key) ? strides[key] : undefined
  return stride === undefined ? undefined : Math.min(Math.max(from + stride, 0), last)
}
