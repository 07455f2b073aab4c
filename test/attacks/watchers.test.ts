import { promisify } from 'node:util'
import t from 'tap'
import { eventually } from '../support/eventually.js'
import { openEvents } from '../support/agent-client.js'
import { connectRaw, rawGet } from '../support/raw-http.js'
import { openAgent } from './agent.js'

const script = 'agent.steward/test.script'
const watchers = 10

t.test('watchers that never read cost no more than their own connection', async t => {
  const agent = await openAgent(t)
  const { server } = agent.app
  const connections = promisify(server.getConnections.bind(server))
  // A minute outside of tests.
  server.timeout = 2000
  const stuck = Array.from({ length: watchers }, () => connectRaw(t, agent.url))
  for (const each of stuck) each.send(rawGet('/api/v1/events'))
  await Promise.all(stuck.map(async each => await each.until(/event stream/)))
  for (const each of stuck) each.pause()

  const steps = [...Array.from({ length: 200 }, () => ({ do: 'progress', payload: 'x'.repeat(50_000) })), { do: 'done' }]
  const { told } = await openEvents(agent.url, event => event.state === 'DONE')
  await agent.engine.schedule(script, { args: { steps } })
  const events = await told

  t.equal(events.filter(({ state }) => state === 'RUNNING').length, 201, 'who reads is told everything')
  await agent.goesOn()
  await eventually('those that read nothing are cut', async () => await connections() < watchers)
  await eventually('all of them are', async () => await connections() <= 2)
  await agent.goesOn()
})

t.test('a HEAD of the stream holds nothing, and a wait beyond the limit ends with it', async t => {
  const agent = await openAgent(t, { config: { waitLimitSeconds: 1 } })
  const { id } = await agent.engine.schedule(script, { args: { steps: [{ do: 'sleep', ms: 3_600_000 }] }, lane: 'busy' })

  const head = await fetch(`${agent.url}/api/v1/events`, { method: 'HEAD' })
  const waited = await fetch(`${agent.url}/api/v1/actions/${id}?wait=999999999m`)

  t.equal(head.status, 405)
  t.match(await waited.json(), { state: 'RUNNING' })
  for (const wait of ['-1s', '1h', '1e9', 'NaN', '∞', '1'.repeat(20)]) {
    t.equal((await agent.get(`/api/v1/actions/${id}?wait=${encodeURIComponent(wait)}`)).statusCode, 400, wait)
  }
  await agent.goesOn()
})

t.test('many waits that are abandoned leave nothing behind', async t => {
  const agent = await openAgent(t)
  const { id } = await agent.engine.schedule(script, { args: { steps: [{ do: 'sleep', ms: 3_600_000 }] }, lane: 'busy' })
  for (let round = 0; round < 3; round++) {
    const many = Array.from({ length: 50 }, () => connectRaw(t, agent.url))
    for (const each of many) each.send(rawGet(`/api/v1/actions/${id}?wait=60s`).repeat(39) + rawGet('/livez'))
    await agent.goesOn()
    for (const each of many) each.destroy()
  }
  // The limit is 2,000 at a time: had they stayed, these would be refused.
  await eventually('a wait is taken again', async () => (await agent.get(`/api/v1/actions/${id}?wait=1ms`)).statusCode === 200)
  await agent.goesOn()
})
