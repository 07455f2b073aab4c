import { useState } from 'preact/hooks'
import type { Shard } from '../../../client/model.js'
import { PlotFigure } from '../../parts/plot-figure.js'
import { countStep, millisecondStep, secondStep, ticksTo, type NiceStep } from '../../parts/plot-scale.js'
import { localTime } from '../../parts/time.js'
import { visibleText } from '../../parts/visible-text.js'
import { lagInWords, lagTick } from './facts.js'
import type { LagSeries } from './lag-history.js'
import { datastoreEveryMs, lagsKeptMs } from './watch.js'

/** Samples are taken each 5 s, and an answer may take some: between those that are further apart some are missing. */
export const lagGapMs = 3 * datastoreEveryMs

const steps: Readonly<Record<string, NiceStep>> = { seconds: secondStep, milliseconds: millisecondStep }

interface LagPlotProps {
  readonly shard: Shard
  /** Null: no lag was told yet. */
  readonly series: LagSeries | null
  readonly now: number
}

/** How far a shard was behind, over the last minutes. What is not known is a gap, and no zero. */
export function LagPlot ({ shard: { id, lag }, series, now }: LagPlotProps) {
  const [moment, setMoment] = useState<number | null>(null)
  const { unit, times, values } = series ?? { unit: lag?.unit ?? '', times: [], values: [] }
  const most = values.reduce((top, value) => value > top ? value : top, 0)
  const found = moment === null ? -1 : times.indexOf(moment)
  const words = (index: number): string => {
    const value = values[index] ?? NaN
    return `${localTime(times[index] ?? now)}: ${Number.isNaN(value) ? 'not known' : sampleInWords(value, unit)}`
  }
  return (
    <PlotFigure
      title={<h3>Lag of {visibleText(id)}</h3>} name={`Lag of ${visibleText(id)}`} legend={[['lag', 'behind the primary']]}
      summary={`In the last ${lagsKeptMs / 60_000} minutes at most ${sampleInWords(most, unit)}, as far as this page was open.`}
      from={now - lagsKeptMs} to={now} times={times} areas={[{ look: 'lag', values }]} gapMs={lagGapMs} words={words}
      ticks={ticksTo(most, { step: steps[unit] ?? countStep, most: 4 })} tickWords={value => lagTick(value, unit)}
      selected={found < 0 ? null : found}
      onSelect={index => { setMoment(index === null ? null : times[index] ?? null) }}
    />
  )
}

/** Samples are kept as JavaScript numbers: past 2^53 the last digits are not those that were told. */
function sampleInWords (value: number, unit: string): string {
  return Number.isSafeInteger(value) ? lagInWords({ value, unit }) : `about ${lagTick(value, unit)} ${unit}`
}
