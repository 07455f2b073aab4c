import t from 'tap'
import type { DatastoreVersion, NodeInfo } from '../../../src/domain/info.js'
import { Problem } from '../../../src/domain/problem.js'
import type { Shard } from '../../../src/domain/shard.js'
import { errorOf, openWorld } from './world.js'

const node: NodeInfo = {
  id: 'n1',
  status: 'HEALTHY',
  statusReason: null,
  addresses: { client: 'db:1', member: 'db:2', admin: 'db:3' },
  attributes: { text: 'x', number: 1.5, flag: false, nothing: null }
}
const down = async () => { throw new Problem('datastore-unavailable', { params: { reason: 'no such file' } }) }

t.test('the node is told with its agent, its datastore and its addresses', async t => {
  const { get } = await openWorld(t, {
    inspector: { node: async () => node, version: async () => ({ number: '3.0.0', checkout: 'abc', extra: 'built at night' }) }
  })

  const answer = await get('/info/node')

  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], /^application\/json/)
  t.strictSame(answer.json(), {
    address: { client: 'db:1', member: 'db:2', admin: 'db:3' },
    agent_version: { checkout: 'abc', number: '1.2.3', taint: 'not tainted' },
    attributes: { text: 'x', number: 1.5, flag: false, nothing: null },
    node_id: 'n1',
    node_status: 'HEALTHY',
    store_id: 'sqlite',
    store_version: { checkout: 'abc', number: '3.0.0', extra: 'built at night' }
  })
})

t.test('addresses that are not configured are null, parts of a version that are not known absent', async t => {
  const version: DatastoreVersion = { number: '3.0.0', checkout: null, extra: null }
  const { get } = await openWorld(t, {
    inspector: { node: async () => ({ ...node, addresses: {}, attributes: {} }), version: async () => version }
  })

  const told = (await get('/info/node')).json() as Record<string, unknown>

  t.strictSame(told['address'], { client: null, member: null })
  t.strictSame(told['store_version'], { number: '3.0.0' })
  t.strictSame(told['attributes'], {})
})

t.test('a status is a word, but the one that is not known comes with its reason', async t => {
  const statuses = [
    ...['UNAVAILABLE', 'NOT_IN_CLUSTER', 'JOINING_CLUSTER', 'LEAVING_CLUSTER', 'UNHEALTHY', 'HEALTHY'].map(word => [word, 'because', word]),
    ['UNKNOWN', 'it stammers', { UNKNOWN: 'it stammers' }],
    ['UNKNOWN', null, { UNKNOWN: 'no reason is known' }]
  ]
  let now: NodeInfo = node
  const { get } = await openWorld(t, { inspector: { node: async () => now } })
  for (const [status, statusReason, wire] of statuses) {
    now = { ...node, status, statusReason } as NodeInfo
    t.strictSame(((await get('/info/node')).json() as Record<string, unknown>)['node_status'], wire)
  }
})

t.test('the cluster', async t => {
  const { get } = await openWorld(t, {
    inspector: { cluster: async () => ({ id: 'c1', displayName: 'Orders', attributes: { mode: 'wal', nothing: null } }) }
  })

  t.strictSame((await get('/info/store')).json(), { cluster_id: 'c1', attributes: { mode: 'wal', nothing: null } })
})

t.test('while the datastore is down the node is told, and what only the datastore knows is an error', async t => {
  const { get } = await openWorld(t, {
    inspector: {
      node: async () => ({ ...node, status: 'UNAVAILABLE', statusReason: 'no such file', attributes: {} }),
      cluster: down,
      version: down,
      shards: down
    }
  })

  const told = await get('/info/node')
  t.equal(told.statusCode, 200)
  t.match(told.json(), { node_id: 'n1', node_status: 'UNAVAILABLE' })
  t.strictSame((told.json() as Record<string, unknown>)['store_version'], { number: 'unknown' })
  for (const path of ['/info/store', '/info/shards']) {
    const answer = await get(path)
    t.equal(answer.statusCode, 503, path)
    t.match(errorOf(answer), /no such file/)
    t.match(answer.headers['retry-after'], /^[1-9]\d*$/)
  }
})

t.test('a version that fails for another reason is a defect, and its text stays inside', async t => {
  for (const error of [new Error('hunter2'), new Problem('internal')]) {
    const { get } = await openWorld(t, { inspector: { version: async () => { throw error } } })

    const answer = await get('/info/node')

    t.equal(answer.statusCode, 500)
    t.notMatch(errorOf(answer), /hunter2/)
  }
})

t.test('shards', async t => {
  let shards: Shard[] = []
  const { get } = await openWorld(t, { inspector: { shards: async () => shards } })
  const answerTo = async (shard: Partial<Shard>): Promise<string> => {
    shards = [{ id: 's', role: 'primary', commitOffset: { value: 1n, unit: 'seconds' }, lag: null, ...shard }]
    return (await get('/info/shards')).body
  }
  const offset = '{"unit":"seconds","value":1}'

  await t.test('no shards are an empty list', async t => {
    t.equal((await get('/info/shards')).body, '{"shards":[]}')
  })

  await t.test('roles: three words, anything else is tagged', async t => {
    const roles = [
      ['primary', '"Primary"'],
      ['secondary', '"Secondary"'],
      ['recovering', '"Recovering"'],
      [{ other: 'arbiter' }, '{"Other":"arbiter"}']
    ] as const
    for (const [role, json] of roles) {
      t.equal(await answerTo({ role }), `{"shards":[{"id":"s","role":${json},"commit_offset":${offset},"lag":null}]}`)
    }
  })

  await t.test('units: two words, anything else is tagged', async t => {
    const units = [
      ['seconds', '"seconds"'],
      ['milliseconds', '"milliseconds"'],
      [{ unit: 'zxid' }, '{"unit":"zxid"}']
    ] as const
    for (const [unit, json] of units) {
      const expected = `{"shards":[{"id":"s","role":"Primary","commit_offset":${offset},"lag":{"unit":${json},"value":7}}]}`
      t.equal(await answerTo({ lag: { value: 7n, unit } }), expected)
    }
  })

  await t.test('an offset that the datastore cannot give is 0 of an unknown unit', async t => {
    const unknown = '{"unit":{"unit":"unknown"},"value":0}'
    t.equal(await answerTo({ commitOffset: null }), `{"shards":[{"id":"s","role":"Primary","commit_offset":${unknown},"lag":null}]}`)
  })

  await t.test('figures keep all of their 64 bits', async t => {
    for (const value of [9223372036854775807n, -9223372036854775808n, 9007199254740993n, 0n]) {
      const body = await answerTo({ commitOffset: { value, unit: 'seconds' }, lag: { value, unit: { unit: 'offset' } } })
      t.match(body, `"commit_offset":{"unit":"seconds","value":${value}}`)
      t.match(body, `"lag":{"unit":{"unit":"offset"},"value":${value}}`)
    }
  })
})
