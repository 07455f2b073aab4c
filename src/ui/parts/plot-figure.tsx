import type { ComponentChildren } from 'preact'
import { Plot, type PlotProps } from './plot.js'

interface PlotFigureProps extends PlotProps {
  /** What its colours mean: the look and the words. */
  readonly legend: ReadonlyArray<readonly [look: string, words: string]>
  readonly title: ComponentChildren
}

/** A plot with its title, its legend, and the figures of the sample that is looked at. */
export function PlotFigure ({ title, legend, ...plot }: PlotFigureProps) {
  const { times, selected, words } = plot
  const shown = Math.min(selected ?? Infinity, times.length - 1)
  return (
    <figure class='plot-figure'>
      <figcaption>
        <span class='plot-title'>{title}</span>
        <span class='legend' aria-hidden='true'>
          {legend.map(([look, text]) => <span key={look} class={`key ${look}`}>{text}</span>)}
        </span>
        <span class='readout'>{shown < 0 ? 'Not known yet' : words(shown)}</span>
      </figcaption>
      <Plot {...plot} />
    </figure>
  )
}
