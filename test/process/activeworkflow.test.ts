import t from 'tap'
import { createClientAgent, messageRow, postTo } from '../support/activeworkflow-client.js'
import { createAgentClient } from '../support/agent-client.js'
import { createOutsideWork } from '../support/outside-work.js'
import { startProgram } from '../support/program.js'

const kind = 'external.agent.replicante.io/work'

t.test('outside work that ActiveWorkflow asked for outlives a killed agent, and is told of once', async t => {
  const folder = t.testdir()
  const outside = createOutsideWork(folder)
  const start = async () => {
    const program = await startProgram(t, { folder, args: ['--config', outside.config] })
    const agent = createClientAgent({
      post: postTo(program.url),
      path: `/activeworkflow/kinds/${kind}?token=none`,
      options: { args: { held: true }, agent: 'work' }
    })
    return { program, agent }
  }
  const message = messageRow({ text: 'make it' })

  const first = await start()
  await first.agent.check()
  t.equal(await first.agent.receive(message), true, first.agent.failures.join())
  const id = String(first.agent.messages[0]?.['action_id'])
  const goOn = await outside.atGate()
  t.match(await createAgentClient(first.program.url).find(id), { state: 'RUNNING', kind, args: { held: true } })
  const classic = await (await fetch(`${first.program.url}/api/unstable/actions/info/${id}`)).json() as object
  t.match(classic, { action: { id, kind, state: 'RUNNING' } })
  await first.agent.check()
  t.equal(first.agent.messages.length, 1, 'it has not ended')
  first.program.kill('SIGKILL')
  t.strictSame(await first.program.exited, { code: null, signal: 'SIGKILL' })

  const { program, agent } = await start()
  agent.memory = first.agent.memory
  await goOn()
  t.match(await createAgentClient(program.url).finished(id), { state: 'DONE' })
  await agent.check()
  await agent.check()

  t.match(agent.messages, [{ action_id: id, state: 'DONE', message_id: '17' }], 'its outcome is told')
  t.equal(agent.messages.length, 1, 'once')
  t.strictSame([agent.errors, agent.failures], [[], []])
  await agent.receive(message)
  t.match(agent.messages[1], { action_id: id, state: 'DONE' }, 'the message that comes again makes nothing new')
  t.strictSame(outside.begun(), [id])
})
