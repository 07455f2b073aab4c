import { Registry } from 'prom-client'
import t from 'tap'
import type { NodeInfo } from '../../src/domain/info.js'
import type { Shard } from '../../src/domain/shard.js'
import { addDatastoreMetrics, type DatastoreMetricsDeps } from '../../src/telemetry/datastore-metrics.js'
import { eventually } from '../support/eventually.js'

const healthy: NodeInfo = { id: 'n', status: 'HEALTHY', statusReason: null, addresses: {}, attributes: {} }

const shard = (id: string, more: Partial<Shard> = {}): Shard => ({ id, role: 'primary', commitOffset: null, lag: null, ...more })

/** A datastore that answers what it is told to, and the lines of a scrape that are about it. */
function open (changes: Partial<DatastoreMetricsDeps> = {}) {
  const registry = new Registry()
  const state = {
    now: 100_000,
    node: (): Promise<NodeInfo> => Promise.resolve(healthy),
    shards: (): Promise<readonly Shard[]> => Promise.resolve([])
  }
  const inspector = { node: () => state.node(), shards: () => state.shards() }
  addDatastoreMetrics({ registry, clock: { now: () => state.now }, inspector, ...changes })
  const scrape = async (): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return { state, scrape }
}

t.test('a datastore that answers is up, and its shards are told with their roles and units', async t => {
  const { state, scrape } = open()
  state.shards = async () => [
    shard('a', { commitOffset: { value: 42n, unit: { unit: 'bytes' } } }),
    shard('b', {
      role: 'secondary', commitOffset: { value: 40n, unit: { unit: 'bytes' } }, lag: { value: 1500n, unit: 'milliseconds' }
    }),
    shard('c', { role: { other: 'observer' }, lag: { value: 3n, unit: 'seconds' } })
  ]

  t.strictSame(await scrape(), [
    'steward_datastore_up 1',
    'steward_datastore_answer_age_seconds 0',
    'steward_datastore_shards 3',
    'steward_shard_commit_offset{shard="a",role="primary",unit="bytes"} 42',
    'steward_shard_commit_offset{shard="b",role="secondary",unit="bytes"} 40',
    'steward_shard_lag{shard="b",role="secondary",unit="milliseconds"} 1500',
    'steward_shard_lag{shard="c",role="observer",unit="seconds"} 3'
  ])
})

t.test('a shard has one role: a promotion leaves nothing of the former one', async t => {
  const { state, scrape } = open()
  const lag = { value: 7n, unit: 'seconds' } as const
  state.shards = async () => [shard('a', { role: 'secondary', lag })]
  await scrape()

  state.shards = async () => [shard('a', { commitOffset: lag })]

  t.strictSame((await scrape()).filter(line => line.startsWith('steward_shard_')),
    ['steward_shard_commit_offset{shard="a",role="primary",unit="seconds"} 7'])
})

t.test('a figure that no double holds is rounded', async t => {
  const { state, scrape } = open()
  state.shards = async () => [shard('a', { commitOffset: { value: 2n ** 63n - 1n, unit: { unit: 'bytes' } } })]

  t.match(await scrape(), /steward_shard_commit_offset\{[^}]*\} 9223372036854776000/)
})

t.test('of a datastore that is down nothing is told but that', async t => {
  const { state, scrape } = open()
  state.shards = async () => [shard('a', { lag: { value: 7n, unit: 'seconds' } })]
  await scrape()

  state.node = async () => ({ ...healthy, status: 'UNAVAILABLE' })
  state.shards = async () => { throw new Error('down') }

  t.strictSame(await scrape(), ['steward_datastore_up 0', 'steward_datastore_answer_age_seconds 0'])
})

t.test('a datastore that takes its time does not hold a scrape up: what it said last is told, with its age', async t => {
  const { state, scrape } = open({ limitMs: 1 })
  let asked = 0
  let answer = (_node: NodeInfo): void => {}
  const first = state.node
  t.strictSame(await eventually('it has answered', async () => {
    const told = await scrape()
    return told.length > 1 && told
  }), ['steward_datastore_up 1', 'steward_datastore_answer_age_seconds 0', 'steward_datastore_shards 0'])

  state.node = () => {
    asked++
    return new Promise(resolve => { answer = resolve })
  }
  await scrape()
  state.now += 30_000
  t.strictSame((await scrape()).slice(0, 2), ['steward_datastore_up 1', 'steward_datastore_answer_age_seconds 30'])
  t.equal(asked, 1, 'it is not asked again while it has not answered')

  answer({ ...healthy, status: 'UNAVAILABLE' })
  state.node = first
  t.ok(await eventually('the late answer is told', async () => (await scrape()).includes('steward_datastore_up 1')))
})

t.test('before its first answer there is nothing to tell', async t => {
  const { state, scrape } = open({ limitMs: 1 })
  state.node = () => new Promise(() => {})

  t.strictSame(await scrape(), [])
})

t.test('one scrape asks once, and so do two at the same time', async t => {
  const { state, scrape } = open()
  let asked = 0
  state.shards = async () => {
    asked++
    return []
  }

  await Promise.all([scrape(), scrape()])

  t.equal(asked, 1)
})

t.test('however many shards come and go, their labels stay few', async t => {
  const { state, scrape } = open({ shardLabels: 2 })
  const lag = { value: 1n, unit: 'seconds' } as const
  const labels = new Set<string>()
  let last: string[] = []
  for (let round = 0; round < 5; round++) {
    state.shards = async () => ['a', `b${round}`, `c${round}`].map(id => shard(id, { lag }))
    last = await scrape()
    for (const line of last) for (const [, label] of line.matchAll(/shard="([^"]+)"/g)) labels.add(label ?? '')
  }

  t.strictSame([...labels], ['a', 'b0'])
  t.ok(last.includes('steward_datastore_shards 3'), 'all are counted')
})
