import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { createAgentClient } from '../support/agent-client.js'
import { faultsOfHistory } from '../support/history-laws.js'
import { createOutsideWork } from '../support/outside-work.js'
import { eventually } from '../support/eventually.js'
import { startProgram } from '../support/program.js'
import { patience, scale } from '../support/torture.js'

t.setTimeout(patience)

const script = 'agent.steward/test.script'
const most = 64

/** Connections that take every descriptor which the agent has left. They are refused or cut off, as the agent likes. */
async function takeAll (t: Test, { url, pid }: { readonly url: string, readonly pid: number }): Promise<() => void> {
  const sockets: Socket[] = []
  const { port } = new URL(url)
  const end = (): void => { for (const socket of sockets) socket.destroy() }
  t.teardown(end)
  await eventually('no descriptor is left', async () => {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => {})
    sockets.push(socket)
    await once(socket, 'connect').catch(() => {})
    return readdirSync(`/proc/${pid}/fd`).length >= most
  })
  return end
}

/** Processor time of a process so far, in hundredths of a second. */
function ticksOf (pid: number): number {
  const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13).map(Number)
  return user + system
}

t.test('an agent without descriptors loses nothing, starts nothing that it cannot, and goes on when it has some', async t => {
  const folder = t.testdir()
  const outside = createOutsideWork(folder)
  const settings = { 'actions.prune_keep': 5, 'actions.prune_age_days': 0, 'actions.prune_interval_seconds': 1 }
  const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const program = await startProgram(t, { folder, args: ['--config', outside.config, ...set] })
  const client = createAgentClient(program.url)
  const rounds = scale({ ci: 1, torture: 50 })

  for (let round = 0; round < rounds; round++) {
    // The lane is held until every descriptor is taken.
    const held = await client.schedule('external.agent.replicante.io/work', { held: true })
    const release = await outside.atGate()
    const large = { steps: [{ do: 'progress', payload: 'x'.repeat(60_000) }, { do: 'done', payload: 'x'.repeat(200_000) }] }
    const ids: string[] = []
    for (let index = 0; index < 10; index++) ids.push((await client.schedule(script, large)).id)
    const work = await client.schedule('external.agent.replicante.io/work', {})
    const job = await client.schedule('sqlite.steward/integrity-check', {})
    // What is asked through a connection that is open already is answered all the time.
    const [last, end] = [client.finished(job.id), await takeAllOf(t, program)]
    const before = ticksOf(program.pid)
    await release()

    t.match(await last, { state: 'FAILED', state_payload: { error: /EMFILE/ } }, 'a job that cannot be started')
    t.ok(ticksOf(program.pid) - before < 500, 'and it does not spin meanwhile')
    end()
    execFileSync('prlimit', ['--pid', String(program.pid), '--nofile=4096:'])
    const actions = await Promise.all([held.id, work.id, ...ids].map(async id => await client.find(id)))
    for (const action of actions) if (action !== null) t.strictSame(faultsOfHistory(action.history), [], action.kind)
    t.match(actions[1] ?? { state: 'FAILED' }, { state: 'FAILED' }, 'a command that cannot be started')
    t.notOk(outside.begun().includes(work.id), 'it was not begun')
    t.match(await client.finished((await client.schedule('external.agent.replicante.io/work', {})).id), { state: 'DONE' })
  }
  t.notMatch(program.output(), /"level":"fatal"/)
  program.kill('SIGTERM')
  t.strictSame(await program.exited, { code: 0, signal: null })
})

async function takeAllOf (t: Test, program: { readonly url: string, readonly pid: number }): Promise<() => void> {
  execFileSync('prlimit', ['--pid', String(program.pid), `--nofile=${most}:`])
  return await takeAll(t, program)
}
