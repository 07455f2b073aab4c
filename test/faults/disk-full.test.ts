import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, symlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { createAgentClient, type AgentClient } from '../support/agent-client.js'
import { eventually } from '../support/eventually.js'
import { createOutsideWork } from '../support/outside-work.js'
import { runProgram, startProgram } from '../support/program.js'
import { noSmallDisk, smallDisk } from '../support/small-disk.js'
import { patience } from '../support/torture.js'

t.setTimeout(patience)

const success = 'agent.replicante.io/debug.success'
const script = 'agent.steward/test.script'

/** A disk with little room, which can be filled to its last byte and given room again; null where there is none. */
function fullDisk (t: Test, size: string) {
  const folder = smallDisk(t, size)
  if (folder === null) {
    t.pass('a small disk', { skip: noSmallDisk })
    return null
  }
  const ballast = join(folder, 'ballast')
  const fill = (): void => {
    const file = openSync(ballast, 'a')
    for (const bytes of [65_536, 4096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(bytes))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
    closeSync(file)
  }
  return { folder, fill, free: () => { rmSync(ballast) } }
}

const readiness = async (url: string): Promise<{ status: number, text: string }> => {
  const response = await fetch(`${url}/readyz`)
  return { status: response.status, text: await response.text() }
}

/** Fills the disk until nothing more is accepted: what is left of the log's last page is used up too. */
async function fillUp (client: AgentClient, fill: () => void): Promise<void> {
  await eventually('new work is refused', async () => {
    fill()
    return (await client.post('/actions', { kind: success, args: 'x'.repeat(10_000) })).status === 507
  })
}

t.test('a disk that fills up while work runs: nothing that was accepted is lost, and all goes on when there is room', async t => {
  const disk = fullDisk(t, '6m')
  if (disk === null) return
  const folder = t.testdir()
  const outside = createOutsideWork(folder)
  const args = ['--config', outside.config, '--db', join(disk.folder, 'steward.db')]
  const first = await startProgram(t, { folder, args })
  const client = createAgentClient(first.url)
  const { id: done } = await client.schedule(success)
  await client.finished(done)
  const running = await client.schedule('external.agent.replicante.io/work', { held: true })
  const { id: waiting } = await client.schedule(script, { steps: [{ do: 'done', payload: 'x'.repeat(20_000) }] })
  const { id: cancelled } = await client.schedule(script, { steps: [{ do: 'sleep', ms: 3_600_000 }] })
  const release = await outside.atGate()
  await fillUp(client, disk.fill)

  const refusal = await client.post('/actions', { kind: success, args: 'x'.repeat(10_000) })
  t.match(refusal, { status: 507, body: { type: '/problems/store-full', detail: /Free some space/ } })
  t.match(await client.post(`/actions/${cancelled}/cancel`), { status: 507 }, 'a cancel that cannot be kept is not acknowledged')
  t.match(await readiness(first.url), { status: 503, text: /disk that holds .* is full\. Free some space;.* goes on by itself/ })
  t.match(await client.find(done), { state: 'DONE' }, 'reads go on')

  // The outside work ends while its outcome has nowhere to be written.
  await release()
  await eventually('the outside work has its effect', () => outside.hasEffect(running.id))
  first.kill('SIGKILL')
  await first.exited

  const second = await startProgram(t, { folder, args })
  t.match(await readiness(second.url), { status: 503, text: /is full/ }, 'a start on the full disk answers and says why')
  t.match(await createAgentClient(second.url).find(running.id), { state: 'RUNNING' })
  second.kill('SIGTERM')
  t.strictSame(await second.exited, { code: 0, signal: null }, 'and it can be stopped')
  t.notMatch(second.output(), /"level":"(error|fatal)"/)

  const third = await startProgram(t, { folder, args })
  disk.free()
  const again = createAgentClient(third.url)
  t.match(await again.finished(running.id), { state: 'DONE' }, 'with room all goes on by itself')
  t.match(await again.finished(waiting), { state: 'DONE' })
  t.strictSame(outside.begun(), [running.id], 'the outside work was begun once')
  await eventually('it is ready', async () => (await readiness(third.url)).status === 200)
  t.match(await again.post(`/actions/${cancelled}/cancel`), { status: 202 })
})

t.test('files that commands and backups need and cannot have make them FAILED, with the reason', async t => {
  const disk = fullDisk(t, '1m')
  if (disk === null) return
  const folder = t.testdir({ data: {} })
  const outside = createOutsideWork(folder)
  // The queue has room; the outputs of commands and the backups have none.
  for (const name of ['output', 'backups']) {
    mkdirSync(join(disk.folder, name), { mode: 0o700 })
    symlinkSync(join(disk.folder, name), join(folder, 'data', name))
  }
  const app = new Database(join(folder, 'data', 'app.db'))
  app.exec('create table a (x); insert into a values (randomblob(100000))')
  app.close()
  const { url } = await startProgram(t, { folder, args: ['--config', outside.config] })
  const client = createAgentClient(url)
  disk.fill()
  const before = readdirSync(disk.folder, { recursive: true })

  const work = await client.finished((await client.schedule('external.agent.replicante.io/work', {})).id)
  const backup = await client.finished((await client.schedule('sqlite.steward/backup', { file: 'copy.db' })).id)

  t.match(work, { state: 'FAILED', state_payload: { error: /could not be started: .*(no space left|ENOSPC)/ } })
  t.strictSame(outside.begun(), [])
  t.match(backup, { state: 'FAILED', state_payload: { error: /disk is full/ } })
  t.strictSame(readdirSync(disk.folder, { recursive: true }), before, 'nothing half is left')
  disk.free()
  t.match(await client.finished((await client.schedule('external.agent.replicante.io/work', {})).id), { state: 'DONE' })
  t.match(await client.finished((await client.schedule('sqlite.steward/backup', { file: 'copy.db' })).id), { state: 'DONE' })
})

t.test('a log and messages that cannot be written hold up nothing', async t => {
  const folder = t.testdir()
  const program = await startProgram(t, { folder, through: ['sh', '-c', 'exec "$0" "$@" 2> /dev/full'] })
  const client = createAgentClient(program.url)
  t.match(await client.finished((await client.schedule(success)).id), { state: 'DONE' })
  program.kill('SIGTERM')
  t.strictSame(await program.exited, { code: 0, signal: null })
})

t.test('a start without room says so in one sentence, and leaves the database as it was', async t => {
  const disk = fullDisk(t, '1m')
  if (disk === null) return
  const folder = t.testdir()
  const path = join(disk.folder, 'steward.db')
  t.equal((await runProgram(['migrate', '--db', path], { folder })).code, 0)
  disk.fill()
  const before = readFileSync(path)

  const { code, stderr } = await runProgram(['serve', '--bind', '127.0.0.1:0', '--db', path], { folder })

  t.equal(code, 5)
  t.match(stderr, /^steward: The disk that holds .*steward\.db(\.lock)? is full\. Free some space and start again; nothing was lost\.\n$/)
  t.strictSame(readFileSync(path), before)
})
