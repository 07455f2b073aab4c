import { figure, type Scenario } from '../harness/scenario.js'
import { quantile } from '../harness/statistics.js'
import { contendersOf, limit, peers, queueOfSteward } from './peers.js'

type Measure = Parameters<typeof peers>[0]

/** A peer that polls once a second gets a few tries within the time, the others some hundreds. */
const measure: Measure = async ({ ask }, { quick }) => {
  const took = await ask<number[]>({ do: 'pickup', ...quick ? { jobs: 50, ms: 1000 } : { jobs: 600, ms: 4000 } })
  return [figure('call to handler, p50', 'ms', quantile(took, 0.5)), figure('call to handler, p99', 'ms', quantile(took, 0.99))]
}

/** How long an idle queue takes to begin. */
export const pickup: Scenario = {
  name: 'pickup',
  about: 'From the call that schedules to the handler, on an idle queue in process; Steward calls it when RUNNING is on disk.',
  contenders: [...contendersOf([queueOfSteward, limit], measure), ...peers(measure)]
}
