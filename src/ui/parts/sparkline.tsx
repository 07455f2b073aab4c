import { areaPath, linePath, scaleOf } from './plot-scale.js'

interface SparklineProps {
  readonly times: readonly number[]
  /** NaN: not known. */
  readonly values: readonly number[]
  readonly from: number
  readonly to: number
  readonly gapMs: number
}

const [width, height] = [120, 26]

/** A line as small as a word, from zero up. The figures are to be told beside it: it has none. */
export function Sparkline ({ times, values, from, to, gapMs }: SparklineProps) {
  const most = values.reduce((top, value) => value > top ? value : top, 0)
  const x = scaleOf({ from, to, start: 1, end: width - 1 })
  const y = scaleOf({ from: 0, to: most, start: height - 2, end: 2 })
  return (
    <svg class='sparkline' width={width} height={height} aria-hidden='true'>
      <path class='plot-area lag' d={areaPath({ times, values, x, y, gapMs })} />
      <path class='plot-line lag' d={linePath({ times, values, x, y, gapMs })} />
    </svg>
  )
}
