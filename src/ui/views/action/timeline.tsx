import type { ActionDetail } from '../../../client/model.js'
import { elapsed } from '../../../elapsed.js'
import { useSession } from '../../live/session-context.js'
import { now } from '../../parts/time.js'
import { isOver } from './news.js'
import { timelineOf, type Segment, type Timeline } from './timeline-model.js'

/** Where the time of an action went: a bar to scale, and the same in words. Grows while the action goes on. */
export function ActionTimeline ({ action }: { action: ActionDetail }) {
  const { agent } = useSession()
  const agentBegan = agent.value === null ? null : Date.parse(agent.value.started_ts)
  const goesOn = !isOver(action.state)
  const timeline = timelineOf(action, { now: goesOn ? now.value : 0, agentBegan })
  return (
    <section class='card' aria-labelledby='time'>
      <h2 id='time'>Where the time went</h2>
      <Bar timeline={timeline} goesOn={goesOn} />
      <Legend timeline={timeline} goesOn={goesOn} />
    </section>
  )
}

/** What is narrower, as a part of the bar, has room for its number only. */
const leastNamed = 0.08

interface Drawn {
  readonly timeline: Timeline
  readonly goesOn: boolean
}

function Bar ({ timeline: { segments, marks, ticks, restart, totalMs }, goesOn }: Drawn) {
  const parts = segments.map(({ name, tookMs }) => `${name} ${elapsed(tookMs)}`).join(', ')
  return (
    <div class='timeline' role='img' aria-label={`${elapsed(totalMs)} ${goesOn ? 'so far' : 'in all'}: ${parts}`}>
      <div class='bar-of-time'>
        {segments.map((segment, at) => <Piece key={at} segment={segment} number={at + 1} />)}
        {restart === null ? null : <div class='restart' style={{ left: percent(restart) }} title='The agent began anew' />}
      </div>
      <div class='marks'>{marks.map(at => <i key={at} style={{ left: percent(at) }} />)}</div>
      <div class='ticks'>
        <span>0s</span>
        {ticks.map(({ at, label }) => <span key={label} class='tick' style={{ left: percent(at) }}>{label}</span>)}
        <span class='end'>{elapsed(totalMs)}{goesOn ? '…' : ''}</span>
      </div>
    </div>
  )
}

function Piece ({ segment, number }: { segment: Segment, number: number }) {
  const { kind, name, tookMs, words, left, width, isWidened } = segment
  const hasName = width >= leastNamed
  const looks = ['segment', kind, ...isWidened ? ['widened'] : [], ...hasName ? [] : ['narrow']]
  const title = `${name}: ${elapsed(tookMs)}${words === '' ? '' : `, ${words}`}`
  return (
    <div class={looks.join(' ')} style={{ left: percent(left), width: percent(width) }} title={title}>
      <b>{number}</b>{hasName ? ` ${name} ${elapsed(tookMs)}` : null}
    </div>
  )
}

/** Also for those who do not see the bar, or cannot point at it. */
function Legend ({ timeline: { segments, restart }, goesOn }: Drawn) {
  return (
    <>
      <ol class='time-legend'>
        {segments.map((segment, at) => {
          const { kind, name, words, tookMs, isWidened, reports } = segment
          const isLast = goesOn && at === segments.length - 1
          return (
            <li key={at} class={kind}>
              <b class='time-number'>{at + 1}</b>
              <span class='step'>{name}</span>
              <span class='took'>{elapsed(tookMs)}{isLast ? '…' : ''}{isWidened ? '*' : ''}</span>
              <span class='quiet time-words'>{[...reports > 1 ? [`${reports} reports`] : [], words].filter(text => text !== '').join(' · ')}</span>
            </li>
          )
        })}
      </ol>
      <p class='quiet time-notes'>
        {segments.some(({ isWidened }) => isWidened) ? '* is drawn wider than to scale, to be seen at all. ' : ''}
        {restart === null ? '' : 'The dashed line: the agent was started anew.'}
      </p>
    </>
  )
}

function percent (part: number): string {
  return `${(part * 100).toFixed(3)}%`
}
