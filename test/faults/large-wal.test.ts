import { statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { createAgentClient, type AgentClient } from '../support/agent-client.js'
import { eventually } from '../support/eventually.js'
import { startProgram } from '../support/program.js'
import { patience, scale } from '../support/torture.js'

t.setTimeout(patience)

const success = 'agent.replicante.io/debug.success'
const script = 'agent.steward/test.script'
const megabyte = 1024 * 1024
const most = scale({ ci: 90, torture: 2000 }) * megabyte
/** What the log is cut to when it is folded back. */
const keptBytes = 64 * megabyte

/** Another program that holds a snapshot of the database, so that its log cannot be folded back. */
function holdSnapshot (t: Test, file: string): () => void {
  const reader = new Database(file, { readonly: true })
  reader.exec('begin')
  reader.prepare('select count(*) from action').get()
  const end = (): void => { reader.close() }
  t.teardown(end)
  return end
}

/** Lets the log grow, and counts what was accepted meanwhile. */
async function grow (client: AgentClient, log: string): Promise<number> {
  const steps = [{ do: 'done', payload: 'x'.repeat(900_000) }]
  let accepted = 0
  while (statSync(log).size < most) {
    const answers = await Promise.all([1, 2, 3, 4].map(async () => await client.post('/actions', { kind: script, args: { steps } })))
    accepted += answers.filter(({ status }) => status === 202).length
  }
  return accepted
}

const isReady = async (url: string): Promise<boolean> => (await fetch(`${url}/readyz`)).ok

t.test('a reader that stays: the log grows, the agent works on, and gives the room back when the reader has gone', async t => {
  const folder = t.testdir()
  const first = await startProgram(t, { folder })
  const client = createAgentClient(first.url)
  await client.finished((await client.schedule(success)).id)
  const file = join(folder, 'data', 'steward.db')
  const log = `${file}-wal`
  const leave = holdSnapshot(t, file)

  const accepted = await grow(client, log)

  const { id } = await client.schedule(success)
  t.match(await client.finished(id), { state: 'DONE' }, 'all that was accepted before it is done')
  t.ok(await isReady(first.url))
  t.comment(`${accepted} large actions, and a log of ${Math.round(statSync(log).size / megabyte)} MB`)
  leave()
  await eventually('the log is cut', async () => {
    await client.schedule(success)
    return statSync(log).size <= keptBytes
  })

  await t.test('and one that is left behind by a crash is taken up by the next start', async t => {
    const stay = holdSnapshot(t, file)
    await grow(client, log)
    const last = await client.schedule(success)
    first.kill('SIGKILL')
    await first.exited
    stay()
    t.ok(statSync(log).size >= most, 'it is large')

    const second = await startProgram(t, { folder })

    const again = createAgentClient(second.url)
    t.match(await again.finished(last.id), { state: 'DONE' }, 'what stood in it is there, in its order')
    t.match(await again.find(id), { state: 'DONE' })
    await eventually('the log is cut', async () => {
      await again.schedule(success)
      return statSync(log).size <= keptBytes
    })
    second.kill('SIGTERM')
    t.strictSame(await second.exited, { code: 0, signal: null })
    t.throws(() => statSync(log), { code: 'ENOENT' }, 'a clean stop leaves none')
  })
})
