import t from 'tap'
import type { AgentEvent } from '../../../src/client/events.js'
import { createAgentClient } from '../../support/agent-client.js'
import { eventually } from '../../support/eventually.js'
import { freePorts } from '../../support/free-ports.js'
import { runProgram, startCommand, startProgram } from '../../support/program.js'

const folder = t.testdir({ restart: {}, other: {} })
const { url } = await startProgram(t, { folder })
const env = { STEWARD_URL: url }
const agent = createAgentClient(url)
const success = 'agent.replicante.io/debug.success'
const fail = 'agent.replicante.io/debug.fail'

function eventsIn (text: string): AgentEvent[] {
  return text.trim().split('\n').map(line => JSON.parse(line) as AgentEvent)
}

/** An event before everything that a test does. */
async function somewhere (): Promise<string> {
  const first = startCommand(t, ['events', '-o', 'json', '--count', '1'], { folder, env })
  await eventually('it ends', async () => {
    await agent.schedule(success)
    return first.stdout() !== ''
  })
  t.same(await first.exited, { code: 0, signal: null }, '--count ends it')
  return eventsIn(first.stdout())[0]!.id!
}

const origin = await somewhere()

t.test('after an event everything is told, in order, as JSON lines with ids; a filter takes what fits', async t => {
  const { id } = await agent.schedule(fail)
  await agent.finished(id)
  const told = async (...args: string[]): Promise<AgentEvent[]> => {
    const { code, stdout } = await runProgram(['events', '-o', 'json', '--after', origin, ...args], { folder, env })
    t.equal(code, 0)
    return eventsIn(stdout)
  }

  const all = await told('--id', id.slice(0, 30).toUpperCase(), '--id', id, '--count', '3')
  t.match(all, ['NEW', 'RUNNING', 'FAILED'].map(state => ({ type: 'transition', action_id: id, kind: fail, state })))
  t.match(all[2], { state_payload: { reason: 'error' } })
  t.match(await told('--kind', '*.fail', '--count', '2'), [{ state: 'NEW' }, { state: 'RUNNING' }])
  t.match(await told('--state', 'failed', '--count', '1'), [{ action_id: id }])
  t.match(await told('--after', all[1]!.id!, '--count', '1'), [all[2]])
})

t.test('a line for a person has what is needed, and nothing that moves a terminal', async t => {
  const { id } = await agent.schedule('agent.steward/test.script', { steps: [{ do: 'done', payload: '\u009b2J\u202e' }] })
  const { stdout } = await runProgram(['events', '--after', origin, '--id', id, '--count', '3'], { folder, env })

  const lines = stdout.trimEnd().split('\n')
  t.match(lines[0], new RegExp(`^2\\S+Z  ${id}  NEW      agent\\.steward/test\\.script$`))
  t.match(lines[2], /DONE {5}agent\.steward\/test\.script {2}"\\u009b2J\\u202e"$/)
  const yaml = await runProgram(['events', '-o', 'yaml', '--after', origin, '--id', id, '--count', '1'], { folder, env })
  t.match(yaml.stdout, /^---\ntype: transition\nid: /)
})

t.test('what is missing is told on standard error, and is an object of its own', async t => {
  const elsewhere = await startProgram(t, { folder: `${folder}/other` })
  const command = startCommand(t, ['events', '-o', 'json', '--after', origin], { folder, env: { STEWARD_URL: elsewhere.url } })
  await eventually('the gap is told', () => command.stdout() !== '')
  command.kill('SIGINT')

  t.same(await command.exited, { code: 0, signal: null }, 'a stream that its reader ends has not failed')
  t.match(eventsIn(command.stdout()), [{ type: 'gap', reason: 'other-store' }])
  t.match(command.stderr(), /^steward: events are missing here: the agent has another database/)
})

t.test('an agent that is killed is looked for, and nothing is missed or told twice', async t => {
  const [port = 0] = await freePorts(1)
  const options = { folder: `${folder}/restart`, args: ['--bind', `127.0.0.1:${port}`] }
  const before = await startProgram(t, options)
  const command = startCommand(t, ['events', '-o', 'json'], { folder, env: { STEWARD_URL: before.url } })
  await eventually('it listens', async () => {
    await createAgentClient(before.url).schedule(success)
    return command.stdout() !== ''
  })
  const { id } = await createAgentClient(before.url).schedule('agent.steward/test.script', { steps: [{ do: 'sleep', ms: 500 }] })
  before.kill('SIGKILL')
  await before.exited
  await eventually('the loss is told', () => command.stderr().includes('looked for again'))
  const after = await startProgram(t, options)
  await createAgentClient(after.url).finished(id)
  await eventually('the end is told', () => command.stdout().split('\n').some(line => line.includes(id) && line.includes('DONE')))
  command.kill('SIGINT')

  t.same(await command.exited, { code: 0, signal: null })
  t.equal(command.stderr(), 'steward: the agent is gone, or stops; it is looked for again\nsteward: the agent is back\n')
  const events = eventsIn(command.stdout())
  t.equal(new Set(events.map(({ id }) => id)).size, events.length)
  const own = events.flatMap(event => event.type === 'transition' && event.action_id === id ? [event.state] : [])
  t.match(own.join(' '), /^NEW (RUNNING )+DONE$/)
})

t.test('an id that is none, and an agent that is not there, are told at once', async t => {
  t.match(await runProgram(['events', '--after', 'x'], { folder, env }), { code: 2, stderr: /Last-Event-ID/ })
  t.match(await runProgram(['events', '--id', 'xyz'], { folder, env }), { code: 2, stderr: /at least the first 4/ })
  const [nobody = 0] = await freePorts(1)
  t.match(await runProgram(['events', '--url', `http://127.0.0.1:${nobody}`], { folder }), { code: 10, stderr: /nothing listens there/ })
})
