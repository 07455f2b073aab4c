import { readFileSync, watch } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { mainLane } from '../../src/domain/action.js'
import { systemClock } from '../../src/domain/clock.js'
import type { JsonObject } from '../../src/domain/json.js'
import { done } from '../../src/domain/kind.js'
import { openStore } from '../../src/store/store.js'
import { createAgentClient, type ActionView, type AgentClient } from '../support/agent-client.js'
import { createOutsideWork, type OutsideWork } from '../support/outside-work.js'
import { startProgram, type Program } from '../support/program.js'

interface Scene {
  readonly folder: string
  readonly outside: OutsideWork
  /** Starts an agent, always in the same folder. */
  readonly start: () => Promise<{ readonly program: Program, readonly client: AgentClient }>
}

function scene (t: Test): Scene {
  const folder = t.testdir()
  const outside = createOutsideWork(folder)
  return {
    folder,
    outside,
    start: async () => {
      const program = await startProgram(t, { folder, args: ['--config', outside.config] })
      return { program, client: createAgentClient(program.url) }
    }
  }
}

const killed = { code: null, signal: 'SIGKILL' }
const script = 'agent.steward/test.script'
const hour = 3_600_000
const states = ({ history }: ActionView): string[] => history.map(({ state }) => state)

/** Schedules outside work that kills its agent, waits for the agent's end, and starts the next one. */
async function dieAtWork (t: Test, { start }: Scene, { kind = 'work', ...args }: JsonObject & { kind?: string }): Promise<{ id: string, client: AgentClient }> {
  const { program, client } = await start()
  const { id } = await client.schedule(`external.agent.replicante.io/${kind}`, args)
  t.strictSame(await program.exited, killed)
  return { id, client: (await start()).client }
}

t.test('between claim and run', async t => {
  await t.test('a RUNNING action of a kind that resumes is run again, and its interruption is counted', async t => {
    const { start } = scene(t)
    const first = await start()
    const { id } = await first.client.schedule(script, { steps: [{ do: 'sleep', ms: hour }] })
    await first.client.until(id, ({ state }) => state === 'RUNNING')
    first.program.kill('SIGKILL')
    await first.program.exited

    const second = await start()

    const resumed = await second.client.until(id, ({ state }) => state === 'RUNNING')
    t.equal(resumed.interruptions, 1)
    t.strictSame(states(resumed), ['NEW', 'RUNNING'], 'it is still the same run to whoever watches')
    await second.client.post(`/actions/${id}/cancel`)
    t.match(await second.client.finished(id), { state: 'FAILED', state_payload: { reason: 'cancelled' } }, 'it was at work again')
  })

  await t.test('work that was RUNNING but never begun is not begun after the crash', async t => {
    const { start, outside, folder } = scene(t)
    const { client, program } = await start()
    // The lane is taken, so that the work waits; then everything stops between its claim and its command.
    const blocker = await client.schedule(script, { steps: [{ do: 'sleep', ms: hour }] })
    const work = await client.schedule('external.agent.replicante.io/work', {})
    await client.until(blocker.id, ({ state }) => state === 'RUNNING')
    program.kill('SIGKILL')
    await program.exited
    await claimInstead(join(folder, 'data', 'steward.db'))

    const second = await start()

    const final = await second.client.finished(work.id)
    t.match(final, { state: 'FAILED', state_payload: { error: 'the work was never begun' } })
    t.strictSame(outside.begun(), [])
  })
})

t.test('between the begin of outside work and its effect: the work goes on, and is found', async t => {
  const here = scene(t)

  const { id, client } = await dieAtWork(t, here, { kill: 'action-begin' })

  t.match(await client.finished(id), { state: 'DONE' })
  t.ok(here.outside.hasEffect(id))
  t.strictSame(here.outside.begun(), [id], 'it was begun once')
})

t.test('between run and settle', async t => {
  await t.test('outside work that has its effect is DONE without being begun again', async t => {
    const here = scene(t)

    const { id, client } = await dieAtWork(t, here, { kill: 'action-end' })

    t.match(await client.finished(id), { state: 'DONE' })
    t.strictSame(here.outside.begun(), [id])
  })

  await t.test('when the check dies with the agent it is asked again', async t => {
    const here = scene(t)

    const { id, client } = await dieAtWork(t, here, { kill: 'check' })

    t.match(await client.finished(id), { state: 'DONE' })
    t.strictSame(here.outside.begun(), [id])
    t.equal(here.outside.checks(id), 2)
  })

  await t.test('a backup that has its name is DONE, and nothing of it is left beside it', async t => {
    const { start, folder } = scene(t)
    const backups = join(folder, 'data', 'backups')
    await mkdir(backups, { recursive: true })
    const { program, client } = await start()
    const watcher = watch(backups, (_, name) => { if (name === 'copy.db') program.kill('SIGKILL') })
    t.teardown(() => { watcher.close() })
    const { id } = await client.schedule('sqlite.steward/backup', { file: 'copy.db' })
    await program.exited

    const second = await start()

    t.match(await second.client.finished(id), { state: 'DONE', state_payload: { file: 'copy.db', integrity: 'ok' } })
    t.throws(() => readFileSync(join(backups, 'copy.db.partial')), { code: 'ENOENT' })
    t.equal(integrityOf(join(backups, 'copy.db')), 'ok')
  })
})

t.test('between cancel and its effect', async t => {
  await t.test('a run that ignores its signal is FAILED as cancelled by the next agent', async t => {
    const { start } = scene(t)
    const first = await start()
    const steps = [{ do: 'progress', payload: 'begun' }, { do: 'ignore-abort', ms: hour }]
    const { id } = await first.client.schedule(script, { steps })
    const waiting = await first.client.schedule(script, { steps })
    await first.client.until(id, ({ state_payload: payload }) => payload === 'begun')
    t.equal((await first.client.post(`/actions/${id}/cancel`)).status, 202)
    t.equal((await first.client.post(`/actions/${waiting.id}/cancel`)).status, 202)
    first.program.kill('SIGKILL')
    await first.program.exited

    const { client } = await start()

    const final = await client.finished(id)
    t.match(final, { state: 'FAILED', state_payload: { reason: 'cancelled' }, cancel_requested_ts: String })
    t.strictSame(states(final), ['NEW', 'RUNNING', 'RUNNING', 'FAILED'], 'it was resumed with its signal aborted already')
    t.strictSame(states(await client.finished(waiting.id)), ['NEW', 'FAILED'], 'what had not begun never did')
  })

  await t.test('a cancel command that died with the agent is run again', async t => {
    const here = scene(t)
    const { program, client } = await here.start()
    const { id } = await client.schedule('external.agent.replicante.io/stoppable', { idle: true, kill: 'cancel' })
    await client.until(id, ({ state_payload: payload }) => payload !== null)
    await client.post(`/actions/${id}/cancel`).catch(() => {})
    t.strictSame(await program.exited, killed)
    t.notOk(here.outside.isCancelled(id))

    const second = await here.start()

    t.match(await second.client.finished(id), { state: 'FAILED', state_payload: { reason: 'cancelled' } })
    t.ok(here.outside.isCancelled(id))
  })
})

t.test('an action whose check kills the agent every time is given up after three', async t => {
  const { start, outside } = scene(t)
  const first = await start()
  const { id } = await first.client.schedule('external.agent.replicante.io/work', { kill: 'check', always: true })
  t.strictSame(await first.program.exited, killed)

  for (const death of ['second', 'third']) t.strictSame(await (await start()).program.exited, killed, `the ${death} death`)
  const { client } = await start()

  t.match(await client.finished(id), { state: 'FAILED', state_payload: { reason: 'interrupted' } })
  t.strictSame(outside.begun(), [id])
})

/** Leaves on disk what an agent leaves that dies after a claim: the lane's first action over, its next RUNNING. */
async function claimInstead (path: string): Promise<void> {
  const store = openStore({ path, clock: systemClock, queueLimit: 100 })
  for (const { seq } of store.running()) await store.settle(seq, done())
  await store.claim(mainLane)
  store.close()
}

function integrityOf (path: string): unknown {
  const database = new Database(path, { readonly: true })
  const found = database.pragma('integrity_check', { simple: true })
  database.close()
  return found
}
