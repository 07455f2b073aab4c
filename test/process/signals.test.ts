import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { createAgentClient, openEvents } from '../support/agent-client.js'
import { createOutsideWork } from '../support/outside-work.js'
import { startProgram } from '../support/program.js'

const script = 'agent.steward/test.script'
const hour = 3_600_000
const clean = { code: 0, signal: null }

t.test('SIGTERM while an action runs that can be resumed: it ends at once with 0, and the next agent goes on', async t => {
  const folder = t.testdir()
  const first = await startProgram(t, { folder })
  const steps = [{ do: 'progress', payload: 'begun' }, { do: 'sleep', ms: hour }]
  const { id } = await createAgentClient(first.url).schedule(script, { steps })
  const waiting = await createAgentClient(first.url).schedule('agent.replicante.io/debug.success')
  await createAgentClient(first.url).until(id, ({ state_payload: payload }) => payload === 'begun')
  first.kill('SIGTERM')
  t.strictSame(await first.exited, clean)

  const second = createAgentClient((await startProgram(t, { folder })).url)

  const resumed = await second.until(id, ({ history }) => history.length > 3)
  t.strictSame(resumed.history.map(({ state }) => state), ['NEW', 'RUNNING', 'RUNNING', 'RUNNING'])
  await second.post(`/actions/${id}/cancel`)
  t.match(await second.finished(id), { state: 'FAILED', state_payload: { reason: 'cancelled' } })
  t.match(await second.finished(waiting.id), { state: 'DONE' }, 'what waited was kept')
})

t.test('SIGTERM while an external action runs: its command goes on outside, and the next agent finds its work', async t => {
  const folder = t.testdir()
  const outside = createOutsideWork(folder)
  const args = ['--config', outside.config]
  const first = await startProgram(t, { folder, args })
  const { id } = await createAgentClient(first.url).schedule('external.agent.replicante.io/work', { held: true })
  const goOn = await outside.atGate()
  first.kill('SIGTERM')
  t.strictSame(await first.exited, clean, 'the agent does not wait for it')
  t.notOk(outside.hasEffect(id))

  const second = createAgentClient((await startProgram(t, { folder, args })).url)
  await goOn()

  t.match(await second.finished(id), { state: 'DONE' })
  t.strictSame(outside.begun(), [id], 'it was begun once')
})

t.test('while the agent stops', async t => {
  const program = await startProgram(t, { folder: t.testdir() })
  const client = createAgentClient(program.url)
  // It does not notice that it is to end, so that there is time to look.
  const steps = [{ do: 'progress', payload: 'begun' }, { do: 'ignore-abort', ms: hour }]
  const { id } = await client.schedule(script, { steps })
  const stream = await openEvents(program.url)
  const wait = await openWait(t, `${program.url}/api/v1/actions/${id}?wait=60s`)
  await client.until(id, ({ state_payload: payload }) => payload === 'begun')

  program.kill('SIGTERM')

  await t.test('waits are answered with what is known, and streams end', async t => {
    const { status, body } = await wait.answered
    t.equal(status, 200)
    t.match(JSON.parse(body), { id, state: 'RUNNING', state_payload: 'begun' })
    t.ok((await stream.told).every(event => event.action_id === id))
  })

  await t.test('everything but liveness is refused', async t => {
    t.match(await client.post('/actions', { kind: script }), { status: 503, body: { type: /shutting-down$/ } })
    t.equal((await fetch(`${program.url}/api/v1/actions`)).status, 503)
    t.equal((await fetch(`${program.url}/readyz`)).status, 503)
    t.equal((await fetch(`${program.url}/livez`)).status, 200)
  })

  await t.test('a second signal ends it at once', async t => {
    program.kill('SIGINT')
    t.strictSame(await program.exited, { code: 130, signal: null })
  })
})

/** Sends a request that is held, and resolves when it is on its way. */
async function openWait (t: Test, url: string): Promise<{ readonly answered: Promise<Answer> }> {
  const request = get(url)
  t.teardown(() => { request.destroy() })
  const answered = once(request, 'response').then(async ([answer]: IncomingMessage[]) => {
    return { status: answer?.statusCode, body: await text(answer!) }
  })
  await once(request, 'finish')
  return { answered }
}

interface Answer {
  readonly status: number | undefined
  readonly body: string
}
