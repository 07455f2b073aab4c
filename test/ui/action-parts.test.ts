import fc from 'fast-check'
import t from 'tap'
import type { TransitionEvent } from '../../src/client/events.js'
import type { ActionDetail, Transition } from '../../src/client/model.js'
import { containerOf, pagesOf, pageSize, previewOf, quoted } from '../../src/ui/parts/json-pages.js'
import { mostCharacters, shownText } from '../../src/ui/parts/long-text.js'
import { failureFacts, reasonInWords } from '../../src/ui/views/action/failure-facts.js'
import { historyWindow } from '../../src/ui/views/action/history-window.js'
import { placesOf, roundMoments, thinned } from '../../src/ui/views/action/layout.js'
import { newsFor, withNews } from '../../src/ui/views/action/news.js'
import { rememberedProgress } from '../../src/ui/views/action/remembered-progress.js'
import { timelineOf } from '../../src/ui/views/action/timeline-model.js'

const second = 1000
const minute = 60 * second
const day = 24 * 60 * minute

function at (ms: number): string {
  return new Date(ms).toISOString()
}

function entry (ms: number, state: Transition['state'], payload: unknown = null): Transition {
  return { timestamp: at(ms), state, state_payload: payload }
}

function actionOf (history: Transition[], more: Partial<ActionDetail> = {}): ActionDetail {
  const last = history.at(-1)
  const finished = last?.state === 'DONE' || last?.state === 'FAILED' ? last.timestamp : null
  return {
    id: '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11',
    kind: 'a/b',
    state: last?.state ?? 'NEW',
    lane: 'main',
    requester: 'R',
    principal: 'local',
    protocol: 'api',
    remote_address: null,
    created_ts: at(0),
    scheduled_ts: at(0),
    started_ts: history.find(({ state }) => state === 'RUNNING')?.timestamp ?? null,
    finished_ts: finished,
    cancel_requested_ts: null,
    failure: null,
    interruptions: 0,
    version: history.length,
    request_id: null,
    traceparent: null,
    args: null,
    headers: {},
    state_payload: last?.state_payload ?? null,
    history,
    ...more
  }
}

function eventOf (transition: Transition, id = ''): TransitionEvent {
  return { type: 'transition', id, action_id: 'x', kind: 'a/b', lane: 'main', protocol: 'api', ...transition }
}

t.test('places fill the bar, in order, to scale, and none is too narrow to be seen', t => {
  const anyDurations = fc.array(fc.oneof(fc.constant(0), fc.nat(10), fc.nat(1e9)), { minLength: 1, maxLength: 20 })
  fc.assert(fc.property(anyDurations, durations => {
    const places = placesOf(durations, 0.03)
    let left = 0
    for (const place of places) {
      if (Math.abs(place.left - left) > 1e-9 || place.width < 0.03 - 1e-9) return false
      left += place.width
    }
    const toScale = places.map(({ width }, index) => ({ width, ms: durations[index] ?? 0 }))
      .filter(({ ms }, index) => ms > 0 && places[index]?.isWidened === false)
    const scales = toScale.map(({ width, ms }) => width / ms)
    return Math.abs(left - 1) < 1e-9 && scales.every(scale => Math.abs(scale / (scales[0] ?? 1) - 1) < 1e-6)
  }), { numRuns: 500 })

  t.match(placesOf([3600_000, 1], 0.03), [{ left: 0, width: 0.97, isWidened: false }, { width: 0.03, isWidened: true }])
  t.match(placesOf([0, 0], 0.03), [{ width: 0.5, isWidened: false }, { left: 0.5, width: 0.5 }], 'no time at all')
  t.match(placesOf([25, 75], 0.03), [{ width: 0.25, isWidened: false }, { width: 0.75, isWidened: false }])
  // Making room for the first makes the second too narrow as well.
  t.same(placesOf([0, 30, 970], 0.03).map(({ isWidened }) => isWidened), [true, true, false])
  t.end()
})

t.test('the axis has few, round moments', t => {
  t.same(roundMoments(3200, 5), [1000, 2000, 3000])
  t.same(roundMoments(0, 5), [])
  t.same(roundMoments(1000, 5), [200, 400, 600, 800])
  for (const totalMs of [1, 7, 99, 4321, 10 * minute, day, 3 * day, 400 * day]) {
    const moments = roundMoments(totalMs, 5)
    t.ok(moments.length <= 5 && moments.every(ms => ms > 0 && ms < totalMs), `${totalMs}: ${moments.join()}`)
  }
  t.same(thinned([0, 0.001, 0.01, 0.012, 0.5], 0.005), [0, 0.01, 0.5])
  t.end()
})

t.test('a timeline tells the waiting, each step, what was reported, and the agent\'s new beginning', t => {
  const history = [
    entry(0, 'NEW'), entry(1000, 'RUNNING'),
    ...[1, 2, 3].map(done => entry(1000 + done * 100, 'RUNNING', { stage: 'copy', done, total: 3 })),
    entry(3000, 'RUNNING', { stage: 'verify' }), entry(10_000, 'DONE', 'ok')
  ]
  const timeline = timelineOf(actionOf(history), { now: 0, agentBegan: 2000 })
  t.equal(timeline.totalMs, 10_000)
  t.same(timeline.segments.map(({ kind, name, tookMs, reports }) => [kind, name, tookMs, reports]), [
    ['waiting', 'waiting', 1000, 1], ['step', 'running', 100, 1], ['step', 'copy', 1900, 3], ['step', 'verify', 7000, 1]
  ])
  t.equal(timeline.segments[2]?.words, '3 of 3')
  t.equal(timeline.marks.length, 4)
  t.ok(timeline.restart !== null && timeline.restart > 0.1 && timeline.restart < 0.3)
  t.equal(timelineOf(actionOf(history), { now: 0, agentBegan: 20_000 }).restart, null, 'later')
  t.ok(timeline.ticks.every(({ at }) => at > 0 && at < 1))
  t.ok(timeline.ticks.some(({ label }) => label === '4s'))

  const running = timelineOf(actionOf(history.slice(0, 6)), { now: 63_000, agentBegan: null })
  t.match(running.segments.at(-1), { name: 'verify', tookMs: minute }, 'the last step goes on')
  t.equal(timelineOf(actionOf(history.slice(0, 6)), { now: 5, agentBegan: null }).totalMs, 3000, 'whatever the viewer\'s clock says')

  const cancelled = timelineOf(actionOf([entry(0, 'NEW'), entry(500, 'FAILED', { reason: 'cancelled' })]), { now: 0, agentBegan: null })
  t.same(cancelled.segments.map(({ name, left, width, tookMs }) => [name, left, width, tookMs]), [['waiting', 0, 1, 500]])
  t.match(timelineOf(actionOf([entry(0, 'NEW')]), { now: 0, agentBegan: null }), { totalMs: 0, segments: [{ name: 'waiting' }], ticks: [] })
  t.end()
})

t.test('a thousand reports are few segments and marks, and no time is lost', t => {
  const reports = Array.from({ length: 1000 }, (_, index) => (
    entry(1000 + index * 37 + (index > 500 ? 60_000 : 0), 'RUNNING', { stage: `step ${index}` })))
  const action = actionOf([entry(0, 'NEW'), entry(1000, 'RUNNING'), ...reports, entry(200_000, 'DONE')])
  const { segments, marks, totalMs } = timelineOf(action, { now: 0, agentBegan: null })
  t.ok(segments.length <= 20, `${segments.length} segments`)
  t.ok(marks.length <= 201, `${marks.length} marks`)
  t.equal(segments.reduce((sum, { tookMs }) => sum + tookMs, 0), totalMs)
  t.ok(segments.some(({ name }) => name === 'step 500'), 'a long step stands by itself')
  const merged = segments.filter(({ kind }) => kind === 'steps')
  const steps = merged.reduce((sum, { name }) => sum + Number.parseInt(name), segments.length - merged.length)
  t.equal(steps, 1002, 'the waiting, the beginning and each step')
  t.ok(Math.abs(segments.reduce((sum, { width }) => sum + width, 0) - 1) < 1e-9)
  t.end()
})

t.test('events are added to what was read: none twice, none lost, wherever the reading cut', t => {
  const whole = [
    entry(0, 'NEW'), entry(5, 'RUNNING'), entry(5, 'RUNNING', 'a'), entry(5, 'RUNNING', 'b'), entry(7, 'RUNNING', { n: 1 }),
    entry(7, 'RUNNING', { n: 2 }), entry(7, 'DONE', 'b')
  ]
  for (const read of whole.keys()) {
    for (const heard of whole.keys()) {
      if (read === 0 || heard > read) continue
      const action = actionOf(whole.slice(0, read))
      const news = newsFor(action, whole.slice(heard).map(transition => eventOf(transition)))
      t.same(withNews(action, news).history, whole, `read ${read}, heard from ${heard}`)
    }
  }
  const before = actionOf(whole.slice(0, 1), { interruptions: 1 })
  t.match(withNews(before, newsFor(before, whole.map(transition => eventOf(transition)))), {
    state: 'DONE', state_payload: 'b', started_ts: at(5), finished_ts: at(7), version: 7
  })
  t.equal(withNews(before, []), before)
  t.end()
})

t.test('of a long history the middle is left out', t => {
  t.same(historyWindow(100), { first: 100, hidden: 0 })
  t.same(historyWindow(101), { first: 20, hidden: 1 })
  t.same(historyWindow(1002), { first: 20, hidden: 902 })
  t.end()
})

t.test('a failure is read from any payload', t => {
  t.equal(failureFacts({ state: 'DONE', state_payload: { error: 'x' } }), null)
  const payload = { error: 'E', layers: ['a', 1, 'b'], trace: 'T', variant: 'V', reason: 'timeout' }
  t.same(failureFacts({ state: 'FAILED', state_payload: payload }),
    { error: 'E', layers: ['a', 'b'], trace: 'T', variant: 'V', reason: 'timeout' })
  for (const payload of [null, 1, [], {}, { error: 5, layers: 'x', reason: [] }]) {
    t.match(failureFacts({ state: 'FAILED', state_payload: payload }), { error: null, layers: [], reason: null })
  }
  t.equal(failureFacts({ state: 'FAILED', state_payload: 'only words' })?.error, 'only words')
  t.match(reasonInWords('timeout'), /longer/)
  t.equal(reasonInWords('constructor'), null)
  t.end()
})

t.test('a tree has pages of a hundred, and pages of those', t => {
  t.same(pagesOf({ from: 0, to: pageSize }), [])
  t.same(pagesOf({ from: 0, to: 250 }), [{ from: 0, to: 100 }, { from: 100, to: 200 }, { from: 200, to: 250 }])
  const many = pagesOf({ from: 0, to: 1_000_000 })
  t.equal(many.length, 100)
  t.same(many.at(-1), { from: 990_000, to: 1_000_000 })
  t.same(pagesOf({ from: 990_000, to: 1_000_000 }).length, 100)
  fc.assert(fc.property(fc.nat(100), fc.nat(2_000_000), (from, size) => {
    const pages = pagesOf({ from, to: from + size })
    const meet = pages.every((page, index) => page.from === (pages[index - 1]?.to ?? from) && page.to > page.from)
    return pages.length <= 100 && meet && (pages.length === 0 ? size <= 100 : pages.at(-1)?.to === from + size)
  }))
  t.end()
})

t.test('names and texts are as JSON writes them, with what would not be seen', t => {
  t.equal(quoted('a\u202eb"\n\\'), '"a\\u202eb\\"\\n\\\\"')
  const container = containerOf({ plain: 1, 'two words': 2, '\u202e': 3, ['x'.repeat(500)]: 4 })
  t.same([0, 1, 2].map(index => container?.at(index).label), ['plain', '"two words"', '"\\u202e"'])
  t.ok((container?.at(3).label.length ?? 0) < 110)
  t.equal(containerOf(null), null)
  t.match(containerOf(JSON.parse('{"__proto__":1}'))?.at(0), { label: '__proto__', value: 1 })
  t.equal(previewOf(containerOf([{ do: 'sleep', ms: 1 }, [], {}, [1], 'x'.repeat(100)])!), '{do: "sleep", …}, [], {}, […], …')
  t.equal(previewOf(containerOf({ a: 'short', b: null })!), 'a: "short", b: null')
  t.end()
})

t.test('a long text shows its beginning first, and never so much that the page stands still', t => {
  t.same(shownText('short', { whole: false }), { text: 'short', isCut: false })
  t.match(shownText('x'.repeat(1000), { whole: false }), { text: 'x'.repeat(400), isCut: true })
  t.equal(shownText('a\n'.repeat(100), { whole: false }).text.split('\n').length, 12)
  t.same(shownText('y'.repeat(1000), { whole: true }), { text: 'y'.repeat(1000), isCut: false })
  t.match(shownText('z'.repeat(mostCharacters + 1), { whole: true }), { isCut: true })
  t.equal(shownText(`${'x'.repeat(399)}😀`, { whole: false }).text, 'x'.repeat(399), 'no half of a character')
  t.end()
})

t.test('what a payload says is short, harmless, and read once', t => {
  const payload = { message: `a\u202e\n\n${'b'.repeat(10_000)}` }
  const progress = rememberedProgress(payload)
  t.match(progress.rest, /^a\\u202e b+…$/)
  t.ok(progress.rest.length < 400)
  t.equal(rememberedProgress(payload), progress, 'the very same')
  t.match(rememberedProgress('words'), { rest: 'words' })
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level++) deep = [deep]
  t.same(rememberedProgress(deep), { step: null, measure: null, rest: '' }, 'nested too deeply for words')
  t.end()
})
