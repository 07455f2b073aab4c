import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { Activity } from '../../src/domain/activity.js'
import { done, failed } from '../../src/domain/kind.js'
import { silentLogger } from '../../src/domain/log.js'
import { ActivityLog } from '../../src/scheduler/activity.js'
import type { SqliteStore } from '../../src/store/store.js'
import { draft } from '../contracts/store-under-test.js'
import { cancelWish } from '../support/access.js'
import { openEngine } from '../support/engine.js'
import { eventually } from '../support/eventually.js'

const minute = 60_000
const start = 28_333_334 * minute

interface World {
  readonly store: SqliteStore
  /** Sets the clock to so many minutes after the beginning. */
  at (minutes: number): void
  /** A log that is stopped at the end of the test, and not yet started. */
  log (limits?: { step: number, all: number }): ActivityLog
  /** One that has read all that it wants to read. */
  filled (limits?: { step: number, all: number }): Promise<ActivityLog>
}

function openWorld (t: Test): World {
  let now = start
  const clock = { now: () => now }
  const { store } = openEngine(t, { clock })
  const log: World['log'] = limits => {
    const made = new ActivityLog({ store, clock, log: silentLogger, ...limits === undefined ? {} : { limits } })
    t.teardown(async () => { await made.stop() })
    return made
  }
  return {
    store,
    at: minutes => { now = start + minutes * minute },
    log,
    filled: async limits => {
      const made = log(limits)
      const untold = made.read().completeSince
      await made.start()
      await eventually('the history has been read', () => made.read().completeSince < untold)
      return made
    }
  }
}

/** The last samples, each as `scheduled started done failed, waiting running`. */
function lastOf ({ samples }: Activity, many: number): string[] {
  return samples.slice(-many).map(({ scheduled, started, done, failed, waiting, running }) =>
    `${scheduled} ${started} ${done} ${failed}, ${waiting} ${running}`)
}

t.test('each move is counted in its minute, and the queue is known at the end of each', async t => {
  const { store, at, log } = openWorld(t)
  const activity = log()
  await activity.start()
  const [first, second] = [await store.append(draft()), await store.append(draft())]
  await store.append(draft())
  await store.claim('main')
  at(1)
  await store.progress(first.action.seq, 1)
  await store.interrupt(first.action.seq)
  await store.requestCancel(first.action.id, cancelWish())
  at(3)
  await store.settle(first.action.seq, done())
  await store.claim('main')
  await store.settle(second.action.seq, failed('no'))
  at(4)
  await store.requestCancel((await store.append(draft({ lane: 'other' }))).action.id, cancelWish())

  const read = activity.read()

  t.strictSame(lastOf(read, 6), [
    '0 0 0 0, 0 0', '3 1 0 0, 2 1', '0 0 0 0, 2 1', '0 0 0 0, 2 1', '0 1 1 1, 1 0', '1 0 0 1, 1 0'
  ])
  t.equal(read.samples.length, 60)
  const minutes = Array.from({ length: 60 }, (_, index) => start + (index - 55) * minute)
  t.strictSame(read.samples.map(({ at }) => at), minutes)
  t.strictSame([read.lanes, read.otherLanes], [[{ lane: 'main', waiting: 1, running: 0 }], 0])
  at(64)
  const quiet = Array.from({ length: 60 }, () => '0 0 0 0, 1 0')
  t.strictSame(lastOf(activity.read(), 60), quiet, 'an hour later nothing of it is left but the queue')
})

t.test('what was before a start is read from the history, and what comes meanwhile is counted once', async t => {
  const { store, at, log } = openWorld(t)
  await store.append(draft())
  at(50)
  for (let index = 0; index < 20; index++) await store.append(draft())
  await store.claim('main')
  at(70)
  const activity = log({ step: 1, all: 1000 })
  await activity.start()
  t.equal(activity.read().completeSince, start + 71 * minute, 'at first nothing is whole')
  for (let index = 0; index < 5; index++) await store.append(draft())
  await eventually('the history has been read', () => activity.read().completeSince === start + 11 * minute)

  const { samples } = activity.read()

  t.strictSame(samples.filter(({ scheduled }) => scheduled > 0), [
    { at: start + 50 * minute, scheduled: 20, started: 1, done: 0, failed: 0, waiting: 20, running: 1 },
    { at: start + 70 * minute, scheduled: 5, started: 0, done: 0, failed: 0, waiting: 25, running: 1 }
  ])
  t.match(samples[0], { at: start + 11 * minute, waiting: 1, running: 0 })
})

t.test('of a long history a bounded part is read, and it is told since when the figures are whole', async t => {
  const { store, at, filled } = openWorld(t)
  for (const minutes of [1, 2, 3, 4]) {
    at(minutes)
    for (let index = 0; index < 10; index++) await store.append(draft())
  }

  const activity = await filled({ step: 5, all: 25 })

  await eventually('the limit is reached', () => activity.read().completeSince === start + 3 * minute)
  t.strictSame(lastOf(activity.read(), 2), ['10 0 0 0, 30 0', '10 0 0 0, 40 0'])
})

t.test('what has been pruned is missing, and that is told', async t => {
  const { store, at, filled } = openWorld(t)
  for (const minutes of [1, 2, 3]) {
    at(minutes)
    const { action } = await store.append(draft())
    await store.claim('main')
    await store.settle(action.seq, done())
  }
  t.equal((await store.prune({ keep: 2, before: start + 10 * minute })).removed, 1)

  const read = (await filled()).read()

  t.equal(read.completeSince, start + 3 * minute, 'the minute that the rest begins in may have lost something')
  t.strictSame(lastOf(read, 2), ['1 1 1 0, 0 0', '1 1 1 0, 0 0'])
  t.equal((await filled({ step: 3, all: 100 })).read().completeSince, start + 3 * minute, 'also where a step ends at the edge')
})

t.test('a clock that jumps', async t => {
  const { store, at, log, filled } = openWorld(t)
  const activity = log()
  at(30)
  await activity.start()
  await eventually('there is no history', () => activity.read().completeSince < start)
  await store.append(draft())

  at(29.9)
  await store.append(draft())
  t.strictSame(lastOf(activity.read(), 1), ['2 0 0 0, 2 0'], 'a small step back: the minute goes on')
  at(10)
  await store.append(draft())
  const back = activity.read()
  t.strictSame(lastOf(back, 2), ['0 0 0 0, 2 0', '1 0 0 0, 3 0'])
  t.strictSame([back.samples.at(-1)?.at, back.completeSince], [start + 10 * minute, start + 11 * minute], 'nothing is whole')
  at(30)
  t.strictSame(lastOf(activity.read(), 1), ['0 0 0 0, 3 0'], 'the time that was ahead comes anew')
  at(1_000_000)
  await store.append(draft())
  const ahead = activity.read()
  t.strictSame(lastOf(ahead, 60), [...Array.from({ length: 59 }, () => '0 0 0 0, 3 0'), '1 0 0 0, 4 0'])
  t.equal(ahead.completeSince, ahead.samples[0]?.at)

  at(40)
  const other = log()
  await other.start()
  await eventually('the history is read', () => other.read().samples.some(({ scheduled }) => scheduled > 0))
  t.equal(other.read().completeSince, start + 41 * minute, 'a history from the future does not make a whole hour')
  at(1_000_000)
  const last = await filled()
  t.strictSame(lastOf(last.read(), 1), ['1 0 0 0, 4 0'])
})

t.test('of very many lanes some are told of, what runs among them', async t => {
  const { store, log } = openWorld(t)
  await Promise.all(Array.from({ length: 130 }, (_, index) => store.append(draft({ lane: `lane ${index}` }))))
  await store.claim('lane 129')

  const { lanes, otherLanes, samples } = log().read()

  t.strictSame([lanes.length, otherLanes], [100, 30])
  t.strictSame(lanes[0], { lane: 'lane 129', waiting: 0, running: 1 })
  t.match(samples.at(-1), { waiting: 129, running: 1 })
})

t.test('one that was never started, or is stopped while it reads, ends', async t => {
  const { store, log } = openWorld(t)
  for (let index = 0; index < 10; index++) await store.append(draft())
  await log().stop()
  const activity = log({ step: 1, all: 100 })
  await activity.start()
  await activity.stop()
  await activity.stop()
  await activity.start()
  await store.append(draft())

  t.match(activity.read().samples.at(-1), { scheduled: 0, waiting: 11 }, 'it counts no more')
})

type Step = { readonly do: 'append' | 'claim' | 'settle' | 'progress' | 'cancel' | 'restart', readonly lane: string, readonly seconds: number }

t.test('it is what a recount of all events gives', async t => {
  const step: fc.Arbitrary<Step> = fc.record({
    do: fc.constantFrom('append', 'append', 'append', 'claim', 'claim', 'settle', 'progress', 'cancel', 'restart'),
    lane: fc.constantFrom('a', 'b'),
    seconds: fc.constantFrom(0, 1, 20, 60, 400)
  })
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
    const { store, at, log, filled } = openWorld(t)
    let activity = log()
    await activity.start()
    let seconds = 0
    for (const { do: what, lane, seconds: passed } of steps) {
      seconds += passed
      at(seconds / 60)
      const running = store.running().find(action => action.lane === lane)
      if (what === 'append') await store.append(draft({ lane }))
      else if (what === 'claim') await store.claim(lane)
      else if (what === 'restart') {
        await activity.stop()
        activity = await filled({ step: 3, all: 10_000 })
      } else if (what === 'cancel') {
        const waiting = store.page({ filter: { states: ['NEW'], lane }, order: 'desc', limit: 1 }).items[0]
        if (waiting !== undefined) await store.requestCancel(waiting.id, cancelWish())
      } else if (running !== undefined) {
        if (what === 'settle') await store.settle(running.seq, passed === 1 ? failed('no') : done())
        else await store.progress(running.seq, passed)
      }
    }
    await eventually('it is whole', () => activity.read().completeSince === activity.read().samples[0]?.at)
    const { samples } = activity.read()
    t.strictSame(samples, recount(store, samples.map(({ at }) => at)))
    await activity.stop()
  }), { numRuns: 30 })
})

/** The samples, by replaying every event from the beginning. */
function recount (store: SqliteStore, minutes: readonly number[]): object[] {
  const { events } = store.eventsAfter(0, 100_000)
  const states = new Map<string, string>()
  const nothing = { scheduled: 0, started: 0, done: 0, failed: 0, waiting: 0, running: 0 }
  const samples = new Map(minutes.map(at => [at, { at, ...nothing }]))
  let next = 0
  for (const [at, sample] of samples) {
    for (let event = events[next]; event !== undefined && event.at < at + minute; event = events[++next]) {
      const isMove = states.get(event.actionId) !== event.state
      states.set(event.actionId, event.state)
      const field = { NEW: 'scheduled', RUNNING: 'started', DONE: 'done', FAILED: 'failed' } as const
      if (isMove && event.at >= at) sample[field[event.state]]++
    }
    for (const state of states.values()) {
      if (state === 'NEW') sample.waiting++
      if (state === 'RUNNING') sample.running++
    }
  }
  return [...samples.values()]
}
