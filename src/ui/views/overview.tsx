import { useEffect } from 'preact/hooks'
import type { EndedAction } from '../live/board-state.js'
import type { Board } from '../live/board.js'
import { StateBadge } from '../parts/state-badge.js'
import { Ago, Took } from '../parts/time.js'
import { Trouble } from '../parts/trouble.js'
import { Activity } from './datastore/activity.js'
import { HealthStrip } from './datastore/health-strip.js'
import { ActionLink } from './lists/action-link.js'
import { FailureLine } from './lists/failure-line.js'
import { RunningCard } from './lists/running-card.js'
import { useBoard } from './lists/use-board.js'
import { useCancelling } from './lists/use-cancelling.js'

/** So many of the queue, and of those that have ended, are shown. */
const few = 10

/** How the agent is, what it does, what comes next, and what was last. */
export function OverviewPage () {
  const board = useBoard()
  return (
    <div class='overview'>
      <h1 class='visually-hidden'>Overview</h1>
      <HealthStrip />
      <Trouble of={{ error: board.error.value, reload: board.reload }} />
      <Running board={board} />
      <Activity />
      <div class='beside'>
        <Next board={board} />
        <Last board={board} />
      </div>
    </div>
  )
}

function Running ({ board }: { board: Board }) {
  const { ask, dialog } = useCancelling()
  const running = board.running.value
  const lanes = board.depth.value?.lanes ?? null
  return (
    <section class='card' aria-labelledby='running-title'>
      <h2 id='running-title'>Running</h2>
      <ul class='running-list'>
        {running.map(action => (
          <RunningCard
            key={action.id} action={action} onAsk={ask}
            behind={lanes === null ? null : lanes.get(action.lane) ?? 0}
          />
        ))}
        {running.length === 0 ? <li class='running-card idle'>{board.isRead.value ? 'Nothing runs.' : ''}</li> : null}
      </ul>
      {dialog}
    </section>
  )
}

function Next ({ board }: { board: Board }) {
  const waiting = board.waiting.value.slice(0, few)
  const total = board.depth.value?.total ?? null
  useEffect(() => { board.look(waiting) }, [board.waiting.value])
  return (
    <section class='card' aria-labelledby='next-title'>
      <div class='title-line'>
        <h2 id='next-title'>Next in the queue</h2>
        <a href='#/queue'>All {total === null ? '' : total.toLocaleString('en')} waiting</a>
      </div>
      <ol class='lines'>
        {waiting.map(({ id, kind, lane, scheduled }) => (
          <li key={id}>
            <span class='line'><ActionLink id={id} kind={kind} lane={lane} /></span>
            <Ago at={scheduled} />
          </li>
        ))}
        {waiting.length === 0 && board.isWhole.value ? <li class='quiet'>Nothing waits.</li> : null}
      </ol>
    </section>
  )
}

function Last ({ board }: { board: Board }) {
  const ended = board.ended.value.slice(0, few)
  return (
    <section class='card' aria-labelledby='last-title'>
      <div class='title-line'>
        <h2 id='last-title'>Last finished</h2>
        <a href='#/finished'>All finished</a>
      </div>
      <ol class='lines ended'>
        {ended.map(action => <EndedLine key={action.id} action={action} />)}
        {ended.length === 0 && board.isRead.value ? <li class='quiet'>Nothing has ended yet.</li> : null}
      </ol>
    </section>
  )
}

function EndedLine ({ action: { id, kind, lane, state, failure, started, finished } }: { action: EndedAction }) {
  return (
    <li>
      <StateBadge state={state} cancelled={failure?.reason === 'cancelled'} />
      <span class='line'><ActionLink id={id} kind={kind} lane={lane} /><FailureLine failure={failure} /></span>
      <span class='took'>{started === null ? '' : <Took from={started} to={finished} />}</span>
      <Ago at={finished} />
    </li>
  )
}
