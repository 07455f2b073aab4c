import type { JsonObject } from '../../../src/domain/json.js'
import { below, type Random } from '../../support/random.js'

/** What an action is asked to do, and what may come of it. */
export interface Work {
  readonly kind: string
  readonly args: JsonObject
  /** Whether it ends by itself as DONE, as FAILED, or only when it is cancelled. */
  readonly ends: 'done' | 'failed' | 'never'
}

/** Work outside of the agent, which is begun at most once; it cannot be cancelled once it is under way. */
export const externalWork = 'external.agent.replicante.io/work'
/** The same, with a command that cancels it. */
export const stoppableWork = 'external.agent.replicante.io/stoppable'
/** Copies the datastore's database. */
export const backupWork = 'sqlite.steward/backup'

const script = 'agent.steward/test.script'
const hour = 3_600_000

/** Each work with its weight: how often it is chosen of all. */
const mixture: ReadonlyArray<readonly [number, (random: Random) => Work]> = [
  [24, () => ({ kind: 'agent.replicante.io/debug.success', args: {}, ends: 'done' })],
  [10, () => ({ kind: 'agent.replicante.io/test.ping', args: { count: 3 }, ends: 'done' })],
  [10, random => ({ kind: 'agent.replicante.io/test.loop', args: { target: 2 + below(random, 20) }, ends: 'done' })],
  [8, () => ({ kind: 'agent.replicante.io/debug.fail', args: {}, ends: 'failed' })],
  [4, () => ({ kind: script, args: { steps: [{ do: 'throw', error: 'as it was told' }] }, ends: 'failed' })],
  [20, random => ({
    kind: script,
    args: {
      steps: [
        { do: 'progress', payload: { percent: 10 } },
        { do: 'sleep', ms: below(random, 5) },
        { do: 'progress', payload: { percent: 90 } },
        { do: 'done', payload: 'finished' }
      ]
    },
    ends: 'done'
  })],
  [3, () => ({ kind: script, args: { steps: [{ do: 'progress', payload: 'begun' }, { do: 'sleep', ms: hour }] }, ends: 'never' })],
  [2, () => ({ kind: script, args: { steps: [{ do: 'sleep', ms: hour }] }, ends: 'never' })],
  [3, () => ({ kind: externalWork, args: {}, ends: 'done' })],
  [1, () => ({ kind: stoppableWork, args: { idle: true }, ends: 'never' })],
  [1, () => ({ kind: backupWork, args: {}, ends: 'done' })]
]

const weights = mixture.reduce((sum, [weight]) => sum + weight, 0)

/** Chooses some work. */
export function chooseWork (random: Random): Work {
  let left = random() * weights
  for (const [weight, make] of mixture) {
    left -= weight
    if (left < 0) return make(random)
  }
  throw new Error('the weights do not add up')
}

/** Work of one sort alone, by what it is good for. */
export const soleWorks = {
  /** Much to write at once, so that the write-ahead log is soon to be folded back. */
  fat: { kind: 'agent.replicante.io/debug.success', args: { filler: 'x'.repeat(100_000) }, ends: 'done' },
  /** Never ends by itself, so that something always runs. */
  long: { kind: script, args: { steps: [{ do: 'sleep', ms: hour }] }, ends: 'never' }
} satisfies Record<string, Work>
