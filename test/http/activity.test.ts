import t from 'tap'
import { openHttpApp } from '../support/http-app.js'
import { eventually } from '../support/eventually.js'

const ping = 'agent.replicante.io/test.ping'

t.test('the last hour is told minute by minute, with the queue as it is', async t => {
  const now = Date.parse('2026-11-21T07:36:25.500Z')
  const { get, post } = await openHttpApp(t, { engine: { clock: { now: () => now } } })
  const { id } = (await post('/api/v1/actions', { kind: ping })).json()
  await post('/api/v1/actions', { kind: ping })
  await post(`/api/v1/actions/${id}/cancel`)
  const activity = await eventually('the history is read', async () => {
    const told = (await get('/api/v1/activity')).json()
    return told.complete_since === told.since ? told : null
  })

  const { samples, ...about } = activity
  t.strictSame(about, {
    since: '2026-11-21T06:37:00.000Z',
    step_seconds: 60,
    complete_since: '2026-11-21T06:37:00.000Z',
    lanes: [{ lane: 'main', waiting: 1, running: 0 }],
    other_lanes: 0
  })
  t.equal(samples.length, 60)
  const nothing = { scheduled: 0, started: 0, done: 0, failed: 0, waiting: 0, running: 0 }
  t.strictSame(samples[0], { timestamp: about.since, ...nothing })
  t.strictSame(samples[59], { timestamp: '2026-11-21T07:36:00.000Z', ...nothing, scheduled: 2, failed: 1, waiting: 1 })
})

t.test('the agent says since when it runs, and why it takes no actions', async t => {
  const now = Date.parse('2026-11-21T07:30:12.345Z')
  const { get } = await openHttpApp(t, { engine: { clock: { now: () => now } } })
  const disabled = 'it listens on an address that others can reach'
  const { get: getOther } = await openHttpApp(t, { engine: { disabled } })

  t.strictSame((await get('/api/v1/info/agent')).json(), {
    version: { number: '1.2.3', checkout: 'abc', taint: 'not tainted' },
    started_ts: '2026-11-21T07:30:12.345Z',
    actions_disabled: null
  })
  t.match((await getOther('/api/v1/info/agent')).json(), { actions_disabled: disabled })
})
