import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { done, failed } from '../../src/domain/kind.js'
import type { LaneDepth } from '../../src/domain/ports/store.js'
import { openStore } from '../../src/store/store.js'
import { createMetrics } from '../../src/telemetry/metrics.js'
import type { MetricsDeps } from '../../src/telemetry/metrics.js'
import { draft } from '../contracts/store-under-test.js'
import { cancelWish, someCaller } from '../support/access.js'

interface Test {
  testdir (): string
  teardown (work: () => unknown): void
}

function open (t: Test, changes: Partial<MetricsDeps> = {}) {
  const metrics = createMetrics({
    clock: { now: () => 100_000 },
    queue: () => ({ lanes: [], oldestWaiting: null }),
    version: '1.2.3',
    ...changes
  })
  t.teardown(() => { metrics.close() })
  return metrics
}

t.test('the queue is told as it is at the scrape', async t => {
  let lanes: LaneDepth[] = [{ lane: 'main', waiting: 3, running: 1 }]
  let oldestWaiting: number | null = 40_000
  const { text } = open(t, { queue: () => ({ lanes, oldestWaiting }) })

  const busy = await text()
  lanes = []
  oldestWaiting = null
  const idle = await text()

  t.match(busy, 'steward_queue_depth{lane="main",state="waiting"} 3\n')
  t.match(busy, 'steward_queue_depth{lane="main",state="running"} 1\n')
  t.match(busy, 'steward_queue_oldest_waiting_seconds 60\n')
  t.match(idle, 'steward_queue_depth{lane="main",state="waiting"} 0\n')
  t.match(idle, 'steward_queue_oldest_waiting_seconds 0\n')
})

t.test('the main lane is there before anything was scheduled', async t => {
  t.match(await open(t).text(), 'steward_queue_depth{lane="main",state="waiting"} 0\n')
})

t.test('however many lanes come and go, their labels stay few', async t => {
  let scrape = 0
  const lane = (lane: string): LaneDepth => ({ lane, waiting: 1, running: 0 })
  const { text } = open(t, {
    laneLabels: 2,
    queue: () => ({ lanes: [lane('main'), lane(`a${scrape}`), lane(`b${scrape}`)], oldestWaiting: null })
  })

  for (scrape = 0; scrape < 10; scrape++) await text()
  const labels = new Set([...(await text()).matchAll(/steward_queue_depth\{lane="([^"]+)"/g)].map(([, label]) => label))

  t.same([...labels], ['main', 'a0', 'other'])
  t.match(await text(), 'steward_queue_depth{lane="other",state="waiting"} 2\n')
})

t.test('lanes without a label of their own are told only while there are any', async t => {
  const lane = (lane: string): LaneDepth => ({ lane, waiting: 1, running: 0 })
  let lanes = [lane('main'), lane('a')]
  const { text } = open(t, { laneLabels: 1, queue: () => ({ lanes, oldestWaiting: null }) })
  t.match(await text(), 'lane="other"')

  lanes = []

  t.notMatch(await text(), 'lane="other"')
  t.match(await text(), 'steward_queue_depth{lane="main",state="waiting"} 0\n')
})

t.test('actions are counted as they are committed', async t => {
  let now = 1_000_000
  const { observer, text } = open(t)
  const store = openStore({ path: join(t.testdir(), 'steward.db'), clock: { now: () => now }, queueLimit: 100, observer })
  t.teardown(() => { store.close() })
  const put = async (n: number) => {
    const id = `0198c5a1-7d3e-7cc4-9a6b-00000000000${n}`
    const { action } = await store.append({
      id, kind: 'k/one', lane: 'main', args: null, headers: {}, requester: 'x', ...someCaller, createdAt: null, collector: null
    })
    return action
  }
  const [first, second, third] = [await put(1), await put(2), await put(3)]
  now += 2000
  await store.claim('main')
  await store.progress(first.seq, 'half')
  now += 3000
  await store.settle(first.seq, { state: 'DONE' })
  await store.claim('main')
  await store.requestCancel(second.id, cancelWish())
  await store.settle(second.seq, failed('stopped', { reason: 'cancelled' }))
  await store.requestCancel(third.id, cancelWish())

  const told = await text()

  t.match(told, 'steward_actions_total{kind="k/one",state="NEW"} 3\n')
  t.match(told, 'steward_actions_total{kind="k/one",state="RUNNING"} 2\n', 'progress is no new run')
  t.match(told, 'steward_actions_total{kind="k/one",state="DONE"} 1\n')
  t.match(told, 'steward_actions_total{kind="k/one",state="FAILED"} 2\n')
  t.match(told, 'steward_action_failures_total{kind="k/one",reason="cancelled"} 2\n')
  t.match(told, 'steward_action_progress_total{kind="k/one"} 1\n')
  t.match(told, 'steward_cancel_requests_total{kind="k/one"} 2\n', 'of one that ran and of one that waited')
  t.match(told, 'steward_action_wait_seconds_sum{kind="k/one"} 7\n')
  t.match(told, 'steward_action_run_seconds_sum{kind="k/one"} 3\n')
  t.match(told, 'steward_action_run_seconds_count{kind="k/one"} 2\n')
  t.match(told, 'steward_store_operation_seconds_count{operation="append"} 3\n')
  t.match(told, /steward_write_turn_entries_count [1-9]/)
})

t.test('the kinds that the agent has are counted from 0, so that their first failure is an increase', async t => {
  const told = await open(t, { kinds: ['k/one'] }).text()

  for (const state of ['NEW', 'RUNNING', 'DONE', 'FAILED']) t.match(told, `steward_actions_total{kind="k/one",state="${state}"} 0\n`)
  for (const reason of ['error', 'timeout', 'cancelled', 'interrupted', 'unavailable']) {
    t.match(told, `steward_action_failures_total{kind="k/one",reason="${reason}"} 0\n`)
  }
})

t.test('when a kind last succeeded is told, also what was before the process; one that never did has no moment', async t => {
  const { recall, observer, text } = open(t, { kinds: ['k/one', 'k/old', 'k/bad'] })
  recall(new Map([['k/one', 1_000_000], ['k/old', 2_000_500], ['k/gone', 3_000_000]]))
  const store = openStore({ path: join(t.testdir(), 'steward.db'), clock: { now: () => 9_000_000 }, queueLimit: 100, observer })
  t.teardown(() => { store.close() })
  for (const [kind, outcome] of [['k/one', done()], ['k/old', failed('no')], ['k/bad', failed('no')]] as const) {
    const { action } = await store.append(draft({ kind }))
    await store.claim('main')
    await store.settle(action.seq, outcome)
  }

  const told = (await text()).match(/^steward_action_last_success_timestamp_seconds.*$/gm)

  t.strictSame(told, [
    'steward_action_last_success_timestamp_seconds{kind="k/one"} 9000',
    'steward_action_last_success_timestamp_seconds{kind="k/old"} 2000.5'
  ], 'what the agent does not have any more is left out')
})

t.test('what components tell is counted', async t => {
  const { observer, text } = open(t)

  observer.turn({ entries: 3, ms: 20, ok: true })
  observer.turn({ entries: 1, ms: 5, ok: false })
  observer.operation({ name: 'claim', ms: 10, ok: false })
  observer.pruned({ removed: 7, ms: 500 })
  observer.stuck({ kind: 'k/one', lane: 'main' })
  observer.request({ method: 'GET', route: '/livez', status: 200, ms: 250, held: false })
  observer.request({ method: 'GET', route: '/api/v1/events', status: 200, ms: 7000, held: true })

  const told = await text()
  t.match(told, 'steward_write_turn_entries_sum 4\n')
  t.match(told, 'steward_write_turn_seconds_sum 0.025\n')
  t.match(told, 'steward_write_turn_failures_total 1\n')
  t.match(told, 'steward_store_operation_errors_total{operation="claim"} 1\n')
  t.match(told, 'steward_pruned_actions_total 7\n')
  t.match(told, 'steward_prune_seconds_sum 0.5\n')
  t.match(told, 'steward_stuck_runs_total{kind="k/one"} 1\n')
  t.match(told, 'steward_http_request_seconds_sum{method="GET",route="/livez",status="200"} 0.25\n')
  t.match(told, 'steward_http_held_seconds_sum{method="GET",route="/api/v1/events",status="200"} 7\n')
  t.notMatch(told, /steward_http_request_seconds.*events/, 'a stream that is watched for long says nothing of the requests')
})

t.test('the process and the build are told', async t => {
  const { text, contentType } = open(t)

  const told = await text()

  t.match(contentType, /^text\/plain; version=0\.0\.4/)
  t.match(told, 'steward_build_info{version="1.2.3"} 1\n')
  t.match(told, /^process_resident_memory_bytes [1-9]/m)
  for (const quantile of ['0.5', '0.9', '0.99', '1']) {
    t.match(told, new RegExp(`^steward_event_loop_lag_seconds\\{quantile="${quantile.replace('.', '\\.')}"\\} \\d`, 'm'))
  }
})

t.test('two sets of metrics know nothing of each other', async t => {
  const [one, other] = [open(t), open(t)]

  one.observer.stuck({ kind: 'k/one', lane: 'main' })

  t.match(await one.text(), 'steward_stuck_runs_total{kind="k/one"} 1')
  t.notMatch(await other.text(), 'k/one')
})

t.test('closing twice is harmless, and what was counted stays', async t => {
  const metrics = open(t)
  metrics.observer.pruned({ removed: 7, ms: 1 })

  metrics.close()
  metrics.close()

  t.match(await metrics.text(), 'steward_pruned_actions_total 7\n')
})

t.test('docs/metrics.md tells of every metric, in the same words, and of no other', async t => {
  const inspector: MetricsDeps['inspector'] = { node: () => new Promise(() => {}), shards: async () => [] }
  const described = open(t, { inspector }).describe().map(({ name, help }) => `${name}: ${help}`)
  const document = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
  const own = document.split('## In the classic Replicante dialect', 1)[0] ?? ''
  const documented = [...own.matchAll(/^\| `(\w+)` \| \w+ \| (.+?) \|/gm)].map(([, name, help]) => `${name}: ${help}`)

  t.same(documented.toSorted(), described.toSorted())
})
