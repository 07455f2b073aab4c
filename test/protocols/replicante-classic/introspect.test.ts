import t from 'tap'
import { failed } from '../../../src/domain/kind.js'
import { decodes, models } from './serde.js'
import { openWorld, ping } from './world.js'
import { cancelWish } from '../../support/access.js'

const id = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11'

t.test('metrics have the names that classic agents have', async t => {
  const { get } = await openWorld(t)

  const answer = await get('/introspect/metrics')

  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  const types = [...answer.body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`)
  t.same(types.toSorted(), [
    'repliagent_action_duration histogram',
    'repliagent_action_errors counter',
    'repliagent_action_prune_duration histogram',
    'repliagent_action_total counter',
    'repliagent_sqlite_operation_errors counter',
    'repliagent_sqlite_operations counter',
    'repliagent_sqlite_operations_duration histogram'
  ])
})

t.test('metrics follow what the agent does', async t => {
  const { get, protocol, put, claim, store } = await openWorld(t)
  store.onCommit(effects => protocol.observer?.committed?.(effects))
  await put()
  await put()
  const first = await claim()
  await store.progress(first.seq, 'half')
  await store.settle(first.seq, { state: 'DONE' })
  await store.settle((await claim()).seq, failed('broken'))
  await store.requestCancel((await put()).id, cancelWish())
  protocol.observer?.operation?.({ name: 'append', ms: 2, ok: true })
  protocol.observer?.operation?.({ name: 'append', ms: 3000, ok: false })
  protocol.observer?.pruned?.({ removed: 3, ms: 20 })

  const { body } = await get('/introspect/metrics')

  t.match(body, `repliagent_action_total{action="${ping}"} 2\n`, 'progress is no invocation')
  t.match(body, `repliagent_action_errors{action="${ping}"} 1\n`, 'what was cancelled before it began did not fail while it was invoked')
  t.match(body, `repliagent_action_duration_count{action="${ping}"} 2\n`)
  t.match(body, 'repliagent_sqlite_operations{operation="append"} 2\n')
  t.match(body, 'repliagent_sqlite_operation_errors{operation="append"} 1\n')
  t.match(body, 'repliagent_sqlite_operations_duration_sum{operation="append"} 3.002\n')
  t.match(body, 'repliagent_action_prune_duration_sum 0.02\n')
})

t.test('without the tree `introspect` there are no metrics, and the rest goes on', async t => {
  const { get, schedule } = await openWorld(t, { trees: { unstable: true, introspect: false } })

  const answer = await get('/introspect/metrics')

  t.equal(answer.statusCode, 404)
  t.ok(decodes(models.error, answer.body))
  t.equal((await get('/info/agent')).statusCode, 200)
  t.equal((await schedule()).statusCode, 200)
})

t.test('without the tree `unstable` there is nothing', async t => {
  const { get, schedule } = await openWorld(t, { trees: { unstable: false, introspect: true } })
  const paths = ['/info/agent', '/info/datastore', '/shards', '/actions/finished', '/actions/queue', `/actions/info/${id}`, '/introspect/metrics']

  for (const answer of [...await Promise.all(paths.map(get)), await schedule()]) {
    t.equal(answer.statusCode, 404, String(answer.raw.req.url))
    t.ok(decodes(models.error, answer.body))
  }
})

t.test('the OpenAPI document tells of every route, with what it answers', async t => {
  const { renderDocuments } = await openWorld(t)

  const document = JSON.parse(renderDocuments()['replicante.classic.json'] ?? '') as {
    paths: Record<string, Record<string, { operationId: string, summary: string, responses: Record<string, object> }>>
  }

  const operations = Object.entries(document.paths).flatMap(([path, methods]) => {
    return Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation }))
  })
  t.same(operations.map(({ method, path }) => `${method} ${path}`).toSorted(), [
    'get /api/unstable/actions/finished',
    'get /api/unstable/actions/info/{id}',
    'get /api/unstable/actions/queue',
    'get /api/unstable/info/agent',
    'get /api/unstable/info/datastore',
    'get /api/unstable/introspect/metrics',
    'get /api/unstable/shards',
    'post /api/unstable/actions/schedule/{kind}'
  ])
  for (const { operationId, summary, responses } of operations) {
    t.ok(operationId !== undefined && summary !== undefined, operationId)
    t.ok(['200', '401', '403', '500', '503'].every(status => status in responses), operationId)
  }
  const schedule = operations.find(({ operationId }) => operationId === 'scheduleAction')
  t.ok(['400', '409', '413', '415', '429', '507'].every(status => status in (schedule?.responses ?? {})))
})
