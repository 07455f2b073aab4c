import t from 'tap'
import { Problem } from '../../../src/domain/problem.js'
import type { Shard } from '../../../src/domain/shard.js'
import { decodes, models } from './serde.js'
import { openWorld } from './world.js'

t.test('the agent tells its version', async t => {
  const { get } = await openWorld(t)

  const answer = await get('/info/agent')

  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], /^application\/json/)
  t.ok(decodes(models.agent, answer.body))
  t.same(answer.json(), { version: { number: '1.2.3', checkout: 'abc', taint: 'not tainted' } })
})

t.test('the datastore is told with the node under both names', async t => {
  const { get } = await openWorld(t)

  const answer = await get('/info/datastore')

  t.ok(decodes(models.datastore, answer.body))
  t.same(answer.json(), {
    cluster_display_name: null, cluster_id: 'c1', kind: 'fake', node_id: 'n1', id: 'n1', version: '3.0.0'
  })
})

t.test('a display name is told where there is one', async t => {
  const { get } = await openWorld(t, {
    inspector: { cluster: async () => ({ id: 'c1', displayName: 'Orders', attributes: {} }) }
  })

  t.match((await get('/info/datastore')).json(), { cluster_display_name: 'Orders', cluster_id: 'c1' })
})

t.test('a datastore that is down is an error, whichever answer fails', async t => {
  const down = async () => { throw new Problem('datastore-unavailable', { params: { reason: 'it is down' } }) }
  const node = async () => ({ id: 'n1', status: 'UNAVAILABLE' as const, statusReason: 'it is down', addresses: {}, attributes: {} })
  const cases = [
    [{ node }, '/info/datastore'], [{ cluster: down }, '/info/datastore'], [{ version: down }, '/info/datastore'], [{ shards: down }, '/shards']
  ] as const
  for (const [inspector, path] of cases) {
    await t.test(`${Object.keys(inspector)} of ${path}`, async t => {
      const { get } = await openWorld(t, { inspector })

      const answer = await get(path)

      t.equal(answer.statusCode, 503)
      t.ok(decodes(models.error, answer.body))
      t.match(answer.json(), { error: /it is down/, variant: 'DatastoreUnavailable' })
      t.match(answer.headers['retry-after'], /^\d+$/)
    })
  }
})

t.test('shards', async t => {
  let shards: Shard[] = []
  const { get } = await openWorld(t, { inspector: { shards: async () => shards } })
  const answerTo = async (shard: Partial<Shard>): Promise<string> => {
    shards = [{ id: 's', role: 'primary', commitOffset: null, lag: null, ...shard }]
    return (await get('/shards')).body
  }

  await t.test('no shards are an empty list', async t => {
    t.equal((await get('/shards')).body, '{"shards":[]}')
  })

  await t.test('roles: two words, anything else is tagged', async t => {
    const roles = [
      ['primary', '"primary"'],
      ['secondary', '"secondary"'],
      ['recovering', '{"unknown":"recovering"}'],
      [{ other: 'arbiter' }, '{"unknown":"arbiter"}']
    ] as const
    for (const [role, json] of roles) {
      t.equal(await answerTo({ role }), `{"shards":[{"id":"s","role":${json},"commit_offset":null,"lag":null}]}`)
    }
  })

  await t.test('units: seconds is a word, anything else is tagged', async t => {
    const units = [
      ['seconds', '"seconds"'],
      ['milliseconds', '{"unit":"milliseconds"}'],
      [{ unit: 'zxid' }, '{"unit":"zxid"}']
    ] as const
    for (const [unit, json] of units) {
      const lag = `{"unit":${json},"value":7}`
      const expected = `{"shards":[{"id":"s","role":"primary","commit_offset":null,"lag":${lag}}]}`
      t.equal(await answerTo({ lag: { value: 7n, unit } }), expected)
    }
  })

  await t.test('figures keep all of their 64 bits', async t => {
    for (const value of [9223372036854775807n, -9223372036854775808n, 9007199254740993n, 0n]) {
      t.match(await answerTo({ commitOffset: { value, unit: 'seconds' } }), `"value":${value}}`)
    }
  })
})
