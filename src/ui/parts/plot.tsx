import { useId } from 'preact/hooks'
import { PlotCursor, type Samples } from './plot-cursor.js'
import { areaPath, barPath, linePath, scaleOf, stepPath, timeTicks, type Scale } from './plot-scale.js'
import { useWidth } from './use-width.js'

/** Figures that are drawn in one colour. `look` names it: a class of styles/datastore.css. */
interface Series {
  readonly look: string
  /** One for each time; NaN: not known. */
  readonly values: readonly number[]
}

/** Figures of whole stretches of time. */
interface Bars {
  readonly begins: readonly number[]
  readonly widthMs: number
  /** On top of each other, the first at the bottom. */
  readonly stacked: readonly Series[]
  /** A line over them. */
  readonly line: Series
}

/** What a plot shows. Times are milliseconds since the epoch, ascending. */
export interface PlotProps extends Samples {
  /** What it says, for those who do not see it: in a sentence or two. */
  readonly summary: string
  readonly from: number
  readonly to: number
  /** Ticks from zero up, as `ticksTo` makes them: the last is the top. */
  readonly ticks: readonly number[]
  readonly tickWords: (value: number) => string
  readonly areas?: readonly Series[]
  readonly lines?: readonly Series[]
  /** Samples further apart than this have a gap between them. */
  readonly gapMs?: number
  readonly bars?: Bars
  /** What is before is not known, or not whole. */
  readonly unknownBefore?: number
}

const height = 150
const edges = { left: 46, right: 10, top: 8, bottom: 22 }
/** Room for a tick of time, in pixels. */
const tickRoom = 64

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/** A moment in hours and minutes, in the viewer's zone. */
export function minuteWords (at: number): string {
  return clock.format(at)
}

/** Lines, areas and bars over time. Its height is fixed, its width what there is. */
export function Plot (props: PlotProps) {
  const [box, width] = useWidth<HTMLDivElement>()
  const { name, summary, from, to, ticks, times, selected, onSelect, words } = props
  const x = scaleOf({ from, to, start: edges.left, end: Math.max(edges.left, width - edges.right) })
  const y = scaleOf({ from: 0, to: ticks.at(-1) ?? 1, start: height - edges.bottom, end: edges.top })
  const at = selected === null ? undefined : times[selected]
  return (
    <div ref={box} class='plot'>
      <svg role='img' aria-label={`${name}. ${summary}`} width={width} height={height}>
        {width === 0 ? null : (
          <>
            <Unknown {...props} x={x} />
            <Axes {...props} x={x} y={y} width={width} />
            <Marks {...props} x={x} y={y} />
            {at === undefined ? null : <line class='cursor' x1={x(at)} x2={x(at)} y1={edges.top} y2={height - edges.bottom} />}
          </>
        )}
      </svg>
      <PlotCursor name={name} times={times} selected={selected} onSelect={onSelect} words={words} x={x} />
    </div>
  )
}

interface Drawn extends PlotProps {
  readonly x: Scale
  readonly y: Scale
}

function Axes ({ from, to, ticks, tickWords, x, y, width }: Drawn & { width: number }) {
  const most = Math.floor((width - edges.left - edges.right) / tickRoom)
  const offsetMs = -new Date(to).getTimezoneOffset() * 60_000
  return (
    <g aria-hidden='true'>
      {ticks.map(value => (
        <g key={value}>
          <line class={value === 0 ? 'zero' : 'grid'} x1={edges.left} x2={width - edges.right} y1={y(value)} y2={y(value)} />
          <text x={edges.left - 6} y={y(value)} dy='.32em' text-anchor='end'>{tickWords(value)}</text>
        </g>
      ))}
      {timeTicks({ from, to, most, offsetMs }).map(at => (
        <g key={at}>
          <line class='zero' x1={x(at)} x2={x(at)} y1={height - edges.bottom} y2={height - edges.bottom + 4} />
          <text x={Math.min(x(at), width - 18)} y={height - 5} text-anchor='middle'>{minuteWords(at)}</text>
        </g>
      ))}
    </g>
  )
}

function Marks ({ times, areas = [], lines = [], bars, gapMs = Infinity, x, y }: Drawn) {
  return (
    <g aria-hidden='true'>
      {areas.map(({ look, values }) => <path key={look} class={`plot-area ${look}`} d={areaPath({ times, values, x, y, gapMs })} />)}
      {bars === undefined ? null : <Stacks bars={bars} x={x} y={y} />}
      {[...areas, ...lines].map(({ look, values }) => <path key={look} class={`plot-line ${look}`} d={linePath({ times, values, x, y, gapMs })} />)}
    </g>
  )
}

function Stacks ({ bars: { begins: times, widthMs, stacked, line }, x, y }: { bars: Bars, x: Scale, y: Scale }) {
  return (
    <>
      {stacked.map(({ look, values }, index) => {
        const bases = sumsOf(stacked.slice(0, index), times.length)
        return <path key={look} class={`plot-bar ${look}`} d={barPath({ times, widthMs, values, bases, x, y })} />
      })}
      <path class={`plot-line ${line.look}`} d={stepPath({ times, widthMs, values: line.values, x, y })} />
    </>
  )
}

function sumsOf (series: readonly Series[], length: number): number[] {
  return Array.from({ length }, (_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0))
}

/** Hatched: of this time less is known than there was. */
function Unknown ({ unknownBefore, from, to, x }: PlotProps & { x: Scale }) {
  const id = useId()
  if (unknownBefore === undefined || unknownBefore <= from) return null
  const [left, right] = [x(from), x(Math.min(unknownBefore, to))]
  return (
    <g class='unknown' aria-hidden='true'>
      <pattern id={id} width='7' height='7' patternUnits='userSpaceOnUse' patternTransform='rotate(45)'>
        <line x1='0' x2='0' y1='0' y2='7' />
      </pattern>
      <rect x={left} y={edges.top} width={right - left} height={height - edges.top - edges.bottom} fill={`url(#${id})`} />
    </g>
  )
}
