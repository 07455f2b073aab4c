import { useState } from 'preact/hooks'
import { useSession } from '../../live/session-context.js'
import { minuteWords } from '../../parts/plot.js'
import { PlotFigure } from '../../parts/plot-figure.js'
import { countStep, shortCount, ticksTo } from '../../parts/plot-scale.js'
import { Trouble } from '../../parts/trouble.js'
import {
  depthInWords, depthSummary, figuresOf, greatest, isWhole, throughputInWords, throughputSummary, type Figures
} from './activity-figures.js'
import { usePoll, useWatch } from './watch.js'

/** How deep the queue was, and what was done, minute by minute for an hour. */
export function Activity () {
  const { live } = useSession()
  const { activity } = useWatch()
  const { answer, trouble } = usePoll(activity)
  // Nothing is known yet: the same plots, empty, so that nothing moves when it is.
  const figures = answer === null ? figuresOf(nothing, Date.now()) : figuresOf(answer.value, answer.at)
  const [moment, setMoment] = useState<number | null>(null)
  const found = moment === null ? -1 : figures.begins.indexOf(moment)
  const choice = {
    selected: found < 0 ? null : found,
    onSelect: (index: number | null) => { setMoment(index === null ? null : figures.begins[index] ?? null) }
  }
  return (
    <section class='card activity' aria-labelledby='activity-title'>
      <h2 id='activity-title'>Last hour</h2>
      {/* A lost connection is told of above every page. */}
      {trouble === null || live.connection.value.state === 'lost'
        ? null
        : <Trouble of={{ error: trouble, reload: activity.soon }} />}
      <div class='plots'>
        <Depth figures={figures} {...choice} />
        <Throughput figures={figures} {...choice} />
      </div>
    </section>
  )
}

const nothing = { since: '', step_seconds: 60, complete_since: new Date(0).toISOString(), lanes: [], other_lanes: 0, samples: [] }

interface ChartProps {
  readonly figures: Figures
  readonly selected: number | null
  readonly onSelect: (index: number | null) => void
}

function Depth ({ figures, ...choice }: ChartProps) {
  const { from, to, ends, waiting, running, wholeSince, begins } = figures
  const words = (index: number): string => {
    const time = index === begins.length - 1 ? 'Now' : minuteWords(ends[index] ?? to)
    return `${time}: ${depthInWords(figures, index)}${unlessWhole(figures, index)}`
  }
  return (
    <PlotFigure
      {...choice} {...{ from, to, words }} title={<h3>Queue depth</h3>} name='Queue depth'
      summary={depthSummary(figures, minuteWords)}
      legend={[['waiting', 'waiting'], ['running', 'running']]}
      ticks={countTicks(greatest(waiting), greatest(running))} tickWords={shortCount}
      times={ends} areas={[{ look: 'waiting', values: waiting }]} lines={[{ look: 'running', values: running }]}
      unknownBefore={wholeSince}
    />
  )
}

function Throughput ({ figures, ...choice }: ChartProps) {
  const { from, to, begins, stepMs, scheduled, done, failed, wholeSince } = figures
  const words = (index: number): string => {
    const soFar = index === begins.length - 1 ? ', so far' : ''
    return `${minuteWords(begins[index] ?? from)}${soFar}: ${throughputInWords(figures, index)}${unlessWhole(figures, index)}`
  }
  const stacked = [{ look: 'done', values: done }, { look: 'failed', values: failed }]
  const line = { look: 'scheduled', values: scheduled }
  return (
    <PlotFigure
      {...choice} {...{ from, to, words }} title={<h3>Each minute</h3>} name='Throughput'
      summary={throughputSummary(figures, minuteWords)}
      legend={[['scheduled', 'scheduled'], ['done', 'done'], ['failed', 'failed']]}
      ticks={countTicks(greatest(done, failed), greatest(scheduled))} tickWords={shortCount}
      times={begins.map(begin => begin + stepMs / 2)} bars={{ begins, widthMs: stepMs, stacked, line }}
      unknownBefore={wholeSince}
    />
  )
}

function countTicks (...figures: number[]): number[] {
  return ticksTo(Math.max(...figures), { step: countStep, most: 4 })
}

function unlessWhole (figures: Figures, index: number): string {
  return isWhole(figures, index) ? '' : ' (not all is known)'
}
