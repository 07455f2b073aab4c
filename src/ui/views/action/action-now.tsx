import type { ActionDetail } from '../../../client/model.js'
import { ProgressBar } from '../../parts/progress-bar.js'
import { Took } from '../../parts/time.js'
import { rememberedProgress, wordsOf } from './remembered-progress.js'

/** How far an action is, how long it has waited, or what it has come to; a failure is told elsewhere. */
export function ActionNow ({ action }: { action: ActionDetail }) {
  const { state, state_payload: payload, scheduled_ts: scheduled, started_ts: started, finished_ts: finished } = action
  if (state === 'NEW') return <p class='card now'>It waits for its turn, since <Took from={scheduled} to={null} />.</p>
  if (state === 'FAILED') return null
  const progress = rememberedProgress(payload)
  const isDone = state === 'DONE'
  return (
    <section class={isDone ? 'card now over' : 'card now'} aria-labelledby='now'>
      <h2 id='now'>{isDone ? 'Done after' : 'Now'} <Took from={started ?? scheduled} to={isDone ? finished : null} /></h2>
      {isDone ? <p class='quiet'>{wordsOf(progress)}</p> : <ProgressBar progress={progress} />}
    </section>
  )
}
