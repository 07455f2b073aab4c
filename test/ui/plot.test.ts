import fc from 'fast-check'
import t from 'tap'
import { AgentRefusal } from '../../src/client/errors.js'
import type { Activity, DatastoreInfo, Shard } from '../../src/client/model.js'
import {
  areaPath, barPath, countStep, linePath, millisecondStep, nearestIndex, scaleOf, secondStep, shortCount, stepPath,
  ticksTo, timeTicks
} from '../../src/ui/parts/plot-scale.js'
import { cutText, visibleLines, visibleText } from '../../src/ui/parts/visible-text.js'
import {
  depthInWords, depthSummary, figuresOf, greatest, isWhole, throughputInWords, throughputSummary
} from '../../src/ui/views/datastore/activity-figures.js'
import { factOf, lagInWords, lagTick, offsetInWords, wordsOf } from '../../src/ui/views/datastore/facts.js'
import { createLagHistory } from '../../src/ui/views/datastore/lag-history.js'
import { createPoll } from '../../src/ui/views/datastore/poll.js'
import { chosenShards, plottedShard } from '../../src/ui/views/datastore/shard-list.js'
import { standingOf } from '../../src/ui/views/datastore/standing.js'
import { eventually } from '../support/eventually.js'

const minute = 60_000
const same = (value: number): number => value

t.test('ticks', async t => {
  const counts = (max: number): number[] => ticksTo(max, { step: countStep, most: 4 })
  t.strictSame(counts(0), [0, 1], 'of nothing')
  t.strictSame(counts(1), [0, 1])
  t.strictSame(counts(3), [0, 1, 2, 3], 'counts have no halves')
  t.strictSame(counts(30), [0, 10, 20, 30])
  t.strictSame(counts(101), [0, 50, 100, 150])
  t.strictSame(counts(NaN), [0, 1])
  t.strictSame(counts(Infinity), [0, 1])
  t.strictSame(counts(9.2e18).at(-1), 1e19)
  t.strictSame(ticksTo(7, { step: secondStep, most: 4 }), [0, 2, 4, 6, 8])
  t.strictSame(ticksTo(170, { step: secondStep, most: 4 }), [0, 60, 120, 180], 'as clocks have them')
  t.strictSame(ticksTo(3 * 86_400 + 1, { step: secondStep, most: 2 }).at(-1), 4 * 86_400)
  t.strictSame(ticksTo(90, { step: millisecondStep, most: 4 }), [0, 50, 100])
  t.strictSame(ticksTo(7_000, { step: millisecondStep, most: 4 }), [0, 2000, 4000, 6000, 8000])

  fc.assert(fc.property(
    fc.double({ min: 0, max: 1e20, noNaN: true }), fc.constantFrom(countStep, secondStep, millisecondStep),
    fc.integer({ min: 1, max: 8 }),
    (max, step, most) => {
      const ticks = ticksTo(max, { step, most })
      return ticks[0] === 0 && ticks.at(-1)! >= max * (1 - 1e-9) && ticks.length >= 2 && ticks.length <= most + 1
    }), { numRuns: 2000 })
})

t.test('ticks of time are whole in the viewer\'s zone, and no more than there is room for', async t => {
  const at = Date.UTC(2026, 10, 21, 7, 36, 20)
  const ticks = timeTicks({ from: at, to: at + 60 * minute, most: 6, offsetMs: 0 })
  t.strictSame(ticks.map(tick => new Date(tick).toISOString().slice(11, 19)),
    ['07:40:00', '07:50:00', '08:00:00', '08:10:00', '08:20:00', '08:30:00'])
  const nepal = timeTicks({ from: at, to: at + 60 * minute, most: 2, offsetMs: 345 * minute })
  t.strictSame(nepal.map(tick => new Date(tick + 345 * minute).toISOString().slice(11, 16)), ['13:30', '14:00'])
  t.strictSame(timeTicks({ from: at, to: at, most: 6, offsetMs: 0 }), [])
  t.strictSame(timeTicks({ from: at, to: at + minute, most: 0, offsetMs: 0 }), [], 'without room there are none')

  fc.assert(fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 30 }), (minutes, most) => {
    const found = timeTicks({ from: at, to: at + minutes * minute, most, offsetMs: 0 })
    const end = at + minutes * minute
    return found.length <= most + 1 && found.every(tick => tick >= at && tick <= end && tick % minute === 0)
  }))
})

t.test('scales and short figures', async t => {
  const scale = scaleOf({ from: 10, to: 20, start: 100, end: 0 })
  t.strictSame([10, 15, 20].map(scale), [100, 50, 0])
  t.equal(scaleOf({ from: 5, to: 5, start: 7, end: 90 })(5), 7, 'all equal: nothing is divided by nothing')
  t.strictSame([0, 950, 9500, 12_300, 999_999, 1e6, 123_456_789, 9.2e18, 1e24].map(shortCount),
    ['0', '950', '9,500', '12.3k', '1M', '1M', '123M', '9.2E', '1000000E'])
})

t.test('lines', async t => {
  const line = (values: number[], times = values.map((_, index) => index), gapMs = Infinity): string =>
    linePath({ times, values, x: same, y: same, gapMs })
  t.equal(line([]), '')
  t.equal(line([5]), 'M0,5h0', 'one sample is a dot')
  t.equal(line([1, 2, 3]), 'M0,1L1,2L2,3')
  t.equal(line([1, 2, NaN, NaN, 5, 6]), 'M0,1L1,2M4,5L5,6', 'what is not known is a gap, and no zero')
  t.equal(line([NaN, 1, NaN]), 'M1,1h0')
  t.equal(line([NaN, NaN]), '')
  t.equal(line([1, 2, 3], [0, 1, 9], 5), 'M0,1L1,2M9,3h0', 'nor is what nobody asked')
  t.equal(areaPath({ times: [0, 1, 2], values: [4, 6, NaN], x: same, y: same }), 'M0,0L0,4L1,6V0Z')
  t.equal(stepPath({ times: [0, 10], values: [3, 4], widthMs: 10, x: same, y: same }), 'M0,3H10V4H20')
  t.equal(barPath({ times: [0, 10], values: [0, 7], bases: [0, 2], widthMs: 10, x: same, y: value => 100 - value }), 'M10.5,98V91H19.5V98Z')
  t.match(barPath({ times: [0], values: [1], bases: [0], widthMs: 10, x: same, y: value => 100 - value / 1e6 }), /^M0.5,100V98H/, 'one of a million is seen')

  t.equal(nearestIndex([], 5), -1)
  t.equal(nearestIndex([7], 5), 0)
  t.strictSame([-5, 4, 6, 16, 100].map(moment => nearestIndex([0, 10, 20], moment)), [0, 0, 1, 2, 2])
})

t.test('texts of others', async t => {
  t.equal(visibleText('a\u202eb\nc\u0000'), 'a\\u202eb\\u000ac\\u0000')
  t.equal(visibleLines('a\n\tb\u200b'), 'a\n\tb\\u200b')
  t.equal(cutText('abc', 3), 'abc')
  t.equal(cutText('abcd', 3), 'abc…')
  t.equal(cutText('ab😀', 3), 'ab…', 'no half of a character')
})

t.test('attributes in words', async t => {
  t.match(factOf('size_bytes', 104_857_600), { name: 'size', text: '104.9 MB', exact: '104,857,600 bytes' })
  t.match(factOf('uptime_seconds', 4000), { name: 'uptime', text: '1h 06m', exact: '4,000 seconds' })
  t.match(factOf('latency_avg_ms', 0.25), { name: 'latency avg', text: '0.25 ms', exact: null })
  t.match(factOf('latency_max_ms', 61_000), { text: '1m 01s' })
  t.match(factOf('connected_clients', 12_345), { name: 'connected clients', text: '12,345' })
  t.match(factOf('client_port', 12_345), { text: '12345' }, 'a name is no count')
  t.match(factOf('read_only', true), { name: 'read only', text: 'yes' })
  t.match(factOf('in_recovery', false), { text: 'no' })
  t.match(factOf('link_status', null), { text: 'none' })
  t.match(factOf('mode', ''), { text: 'empty' })
  t.match(factOf('mode', 'a\u202eb'), { text: 'a\\u202eb', at: null })
  t.match(factOf('started_ts', '2026-11-21T07:36:00.004Z'), { name: 'started', at: '2026-11-21T07:36:00.004Z' })
  t.match(factOf('odd', '2026-99-99T99:99:99Z'), { at: null })
  t.match(factOf('free_bytes', -1), { name: 'free bytes', text: '-1' })
  t.equal(wordsOf('__'), '__')
})

t.test('offsets and lags are exact', async t => {
  t.equal(offsetInWords({ value: 9_223_372_036_854_775_807n, unit: 'offset' }), '9,223,372,036,854,775,807 offset')
  t.equal(offsetInWords({ value: 1234, unit: 'changes' }), '1,234 changes')
  t.equal(lagInWords({ value: 0, unit: 'seconds' }), '0 s')
  t.equal(lagInWords({ value: 184, unit: 'seconds' }), '3m 04s')
  t.equal(lagInWords({ value: 350, unit: 'milliseconds' }), '350 ms')
  t.equal(lagInWords({ value: 2500, unit: 'milliseconds' }), '2.5s')
  t.equal(lagInWords({ value: 9_007_199_254_740_993n, unit: 'offset' }), '9,007,199,254,740,993 offset')
  t.equal(lagInWords({ value: 9_223_372_036_854_775_807n, unit: 'seconds' }), '106751991167300d 15h')
  t.strictSame([lagTick(0, 'seconds'), lagTick(120, 'seconds'), lagTick(5e6, 'offset')], ['0', '2m', '5M'])
})

const shard = (id: string, lag: Shard['lag'], role = 'secondary'): Shard => ({ id, role, commit_offset: null, lag })
const seconds = (value: number | bigint): Shard['lag'] => ({ value, unit: 'seconds' })

t.test('the history of lags', async t => {
  const history = createLagHistory({ keepMs: 100, mostShards: 3 })
  t.equal(history.of('a'), null)
  history.record(1000, [shard('a', seconds(1)), shard('p', null, 'primary')])
  history.record(1005, null)
  history.record(1010, [shard('a', seconds(9_007_199_254_740_993n)), shard('b', seconds(4))])
  t.strictSame(history.of('a'), { unit: 'seconds', times: [1000, 1005, 1010], values: [1, NaN, 9_007_199_254_740_992] })
  t.strictSame(history.of('b')?.values, [NaN, NaN, 4])
  t.equal(history.of('p'), null, 'a primary has none')

  history.record(1015, [shard('b', { value: 7, unit: 'offset' })])
  t.strictSame(history.of('b'), { unit: 'offset', times: [1000, 1005, 1010, 1015], values: [NaN, NaN, NaN, 7] }, 'another unit is another figure')
  t.strictSame(history.of('a')?.values.at(-1), NaN, 'a shard that is gone')

  history.record(1109, [shard('b', { value: 8, unit: 'offset' })])
  t.strictSame(history.of('a')?.times, [1010, 1015, 1109], 'what is too old is forgotten')
  history.record(1112, [])
  t.equal(history.of('a'), null, 'a shard that nothing is left of as well')

  history.record(1113, ['b', 'c', 'd', 'e'].map(id => shard(id, seconds(1))))
  t.strictSame(['b', 'c', 'd', 'e'].map(id => history.of(id) === null), [false, false, false, true], 'it is bounded')

  history.record(500, [shard('a', seconds(3))])
  t.strictSame(history.of('a')?.times, [500], 'a clock that was put back begins anew')
  history.clear()
  t.equal(history.of('a'), null)

  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.subarray(['a', 'b', 'c', 'd', 'e'])), { maxLength: 60 }), rounds => {
    const subject = createLagHistory({ keepMs: 100, mostShards: 3 })
    let at = 0
    return rounds.every(([wait, ids]) => {
      at += wait
      subject.record(at, ids.map(id => shard(id, seconds(at))))
      return ['a', 'b', 'c', 'd', 'e'].flatMap(id => subject.of(id) ?? []).every(({ times, values }) =>
        times.length === values.length && times[0]! >= at - 100 &&
        values.every((value, index) => Number.isNaN(value) || value === times[index]))
    })
  }))
})

t.test('which shards are shown, in which order, and which is plotted', async t => {
  const shards = [shard('orders-1', seconds(3)), shard('orders-2', null, 'primary'), shard('users', seconds(9_007_199_254_740_993n)), shard('x', seconds(0))]
  const ids = (text: string, isMostBehindFirst: boolean): string[] =>
    chosenShards(shards, { text, isMostBehindFirst }).map(({ id }) => id)
  t.strictSame(ids(' ORDERS', false), ['orders-1', 'orders-2'])
  t.strictSame(ids('primary', false), ['orders-2'])
  t.strictSame(ids('', true), ['users', 'orders-1', 'x', 'orders-2'])
  const hadLag = (): boolean => false
  t.equal(plottedShard(shards, { chosen: null, hadLag })?.id, 'orders-1')
  t.equal(plottedShard(shards, { chosen: 'users', hadLag })?.id, 'users')
  t.equal(plottedShard(shards, { chosen: 'orders-2', hadLag })?.id, 'orders-1', 'one without a lag cannot be')
  t.equal(plottedShard([shards[1]!], { chosen: null, hadLag }), null)
  t.equal(plottedShard([shards[1]!], { chosen: null, hadLag: () => true })?.id, 'orders-2', 'it had one a moment ago')
})

t.test('the figures of the activity', async t => {
  const at = Date.UTC(2026, 10, 21, 7, 38, 30)
  const sample = (minutesAgo: number, counts: Partial<Activity['samples'][number]>): Activity['samples'][number] => ({
    timestamp: new Date(at - 30_000 - minutesAgo * minute).toISOString(),
    ...{ scheduled: 0, started: 0, done: 0, failed: 0, waiting: 0, running: 0, ...counts }
  })
  const activity: Activity = {
    since: '2026-11-21T07:36:00Z',
    step_seconds: 60,
    complete_since: '2026-11-21T07:37:00Z',
    lanes: [],
    other_lanes: 0,
    samples: [
      sample(2, { scheduled: 2000, waiting: 1999, running: 1 }), sample(1, { done: 1500, failed: 2, waiting: 498 }),
      sample(0, { done: 1, waiting: 497 })
    ]
  }
  const figures = figuresOf(activity, at)
  t.equal(figures.from, Date.UTC(2026, 10, 21, 7, 36))
  t.equal(figures.to, Date.UTC(2026, 10, 21, 7, 39))
  t.strictSame(figures.ends, [at - 90_000, at - 30_000, at], 'the depth is that of each minute\'s end, and now')
  t.equal(figuresOf(activity, at + 10 * minute).ends.at(-1), at + 30_000, 'a viewer\'s clock that is ahead')
  t.equal(figuresOf(activity, 0).ends.at(-1), at - 30_000, 'or behind')
  t.strictSame([0, 1, 2].map(index => isWhole(figures, index)), [false, true, true])
  t.equal(greatest(figures.done, figures.failed), 1502)
  t.equal(greatest(), 0)
  t.equal(depthInWords(figures, 0), '1,999 waiting, 1 running')
  t.equal(throughputInWords(figures, 1), '0 scheduled, 1,500 done, 2 failed')
  const utc = (moment: number): string => new Date(moment).toISOString().slice(11, 16)
  t.equal(depthSummary(figures, utc),
    'Now 497 waiting, 0 running. At most 1,999 waited, at 07:37. Of what was before 07:37 not all is known.')
  t.equal(throughputSummary(figures, utc),
    'In the last hour 2,000 scheduled, 1,501 done, 2 failed. At most 1,502 ended in a minute. Of what was before 07:37 not all is known.')

  const nothing = figuresOf({ ...activity, samples: [] }, at)
  t.equal(nothing.to - nothing.from, 60 * minute)
  t.equal(depthSummary(nothing, utc), 'Not known yet.')
  t.equal(throughputSummary(nothing, utc), 'Not known yet.')
  const unknown = figuresOf({ ...activity, complete_since: '2026-11-21T07:39:00Z' }, at)
  t.match(depthSummary({ ...unknown, waiting: [0, 0, 0] }, utc), 'Nothing waited. Not all of it is known.')
})

t.test('how a datastore stands', async t => {
  const node = { id: 'n1', status: 'HEALTHY', status_reason: null, addresses: {}, attributes: {} } as const
  const info: DatastoreInfo = {
    kind: 'sqlite',
    node,
    cluster: { id: 'c', display_name: null, attributes: {} },
    version: { number: '3', checkout: null, extra: null }
  }
  const answer = { value: info, at: 7 }
  const refusal = new AgentRefusal(new Response(null, { status: 503 }), {
    ...{ type: '/problems/datastore-unavailable', title: 't', status: 503, detail: 'd', instance: '/x' },
    node: { ...node, status: 'UNAVAILABLE', status_reason: 'it is gone' }
  })
  const unreachable = new Error('nothing listens there')

  t.match(standingOf({ answer, trouble: null, triedAt: 7 }), { node: { status: 'HEALTHY' }, isOfNow: true, trouble: null })
  const down = { status: 'UNAVAILABLE', status_reason: 'it is gone' }
  const notNow = { node: down, known: info, isOfNow: false, trouble: null }
  t.match(standingOf({ answer, trouble: refusal, triedAt: 9 }), notNow)
  t.match(standingOf({ answer: null, trouble: refusal, triedAt: 9 }), { node: down, known: null, trouble: null })
  const away = { answer, trouble: unreachable, triedAt: 9 }
  t.match(standingOf(away), { node: { id: 'n1' }, isOfNow: false, trouble: unreachable })
  t.match(standingOf({ answer: null, trouble: null, triedAt: 0 }), { node: null, known: null })
})

t.test('a poll', async t => {
  interface Call {
    readonly signal: AbortSignal
    readonly resolve: (value: number) => void
    readonly reject: (error: Error) => void
  }
  const setup = (options: { everyMs?: number, isSeen?: () => boolean } = {}) => {
    const calls: Call[] = []
    const heard: unknown[] = []
    const load = (signal: AbortSignal): Promise<number> =>
      new Promise((resolve, reject) => { calls.push({ signal, resolve, reject }) })
    const heed = (error: unknown): void => { heard.push(error) }
    const poll = createPoll({ load, everyMs: 3_600_000, calmMs: 1, isSeen: () => true, heed, ...options })
    const called = async (count: number): Promise<Call> => await eventually(`call ${count}`, () => calls[count - 1])
    return { poll, calls, heard, called }
  }

  t.test('asks nothing until it is used, once for all, and again after a while', async t => {
    const { poll, calls, called } = setup({ everyMs: 5 })
    poll.soon()
    t.equal(calls.length, 0)
    const ends = [poll.use(), poll.use()]
    const first = await called(1)
    first.resolve(41)
    const second = await called(2)
    t.match(poll.state.value, { answer: { value: 41 }, trouble: null })
    second.resolve(42)
    await eventually('the second answer', () => poll.state.value.answer?.value === 42)
    for (const end of [...ends, ...ends]) end()
    t.equal(calls.length <= 3, true)
  })

  t.test('keeps what was known when a try fails, tells of the failure, and recovers', async t => {
    const { poll, called, heard } = setup({ everyMs: 5 })
    t.teardown(poll.use())
    ;(await called(1)).resolve(1)
    const error = new Error('gone')
    ;(await called(2)).reject(error)
    const third = await called(3)
    t.match(poll.state.value, { answer: { value: 1 }, trouble: error })
    t.strictSame(heard, [error])
    third.resolve(3)
    await eventually('it knows again', () => poll.state.value.trouble === null)
    t.equal(poll.state.value.answer?.value, 3)
  })

  t.test('what becomes stale while an answer is on its way is asked again, once', async t => {
    const { poll, calls, called } = setup()
    t.teardown(poll.use())
    const first = await called(1)
    for (let many = 0; many < 5; many++) poll.soon()
    t.equal(calls.length, 1, 'never two at a time')
    first.resolve(1)
    ;(await called(2)).resolve(2)
    await eventually('the answer', () => poll.state.value.answer?.value === 2)
    t.equal(calls.length, 2)
  })

  t.test('an answer that nobody wants any more changes nothing', async t => {
    const { poll, called } = setup()
    const end = poll.use()
    const first = await called(1)
    end()
    t.equal(first.signal.aborted, true)
    first.resolve(1)
    t.teardown(poll.use())
    const second = await called(2)
    t.equal(poll.state.value.answer, null)
    poll.forget()
    t.equal(second.signal.aborted, true, 'nor one that was asked for by somebody else')
    second.resolve(2)
    ;(await called(3)).resolve(3)
    await eventually('the answer', () => poll.state.value.answer?.value === 3)
  })

  t.test('asks nothing while nobody looks', async t => {
    let isSeen = false
    let looked = 0
    const { poll, calls, called } = setup({ everyMs: 1, isSeen: () => { looked++; return isSeen } })
    t.teardown(poll.use())
    await eventually('it looked some times', () => looked > 3)
    t.equal(calls.length, 0)
    isSeen = true
    await called(1)
  })
})
