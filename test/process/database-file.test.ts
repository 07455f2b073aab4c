import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { createAgentClient } from '../support/agent-client.js'
import { runProgram, startProgram } from '../support/program.js'

const success = 'agent.replicante.io/debug.success'
const serve = ['serve', '--bind', '127.0.0.1:0']
const sentences = (stderr: string): string[] => stderr.trim().split('\n')

t.test('a second agent on the same database ends with 3 and one sentence, and the first does not notice', async t => {
  const folder = t.testdir()
  const first = await startProgram(t, { folder })

  const { code, stderr } = await runProgram(serve, { folder })

  t.equal(code, 3)
  t.match(sentences(stderr), [/^steward: .+steward\.db is in use by another Steward\./])
  t.equal(sentences(stderr).length, 1)
  const client = createAgentClient(first.url)
  t.match(await client.finished((await client.schedule(success)).id), { state: 'DONE' })
})

t.test('what cannot be opened is refused with its own code and one sentence, and not a byte of it changes', async t => {
  const folder = t.testdir({ 'notes.txt': 'somebody\'s notes', 'a-file': '' })
  await runProgram(['migrate', '--db', 'newer.db'], { folder })
  const newer = new Database(join(folder, 'newer.db'))
  newer.exec("insert into migration (name, checksum, applied_at) values ('9999-later', 'x', 0)")
  newer.close()
  const cases = [
    { title: 'a file that is no database', db: 'notes.txt', file: 'notes.txt', code: 5 },
    { title: 'a path below a file', db: 'a-file/steward.db', file: 'a-file', code: 5 },
    { title: 'a database of a newer program', db: 'newer.db', file: 'newer.db', code: 4 }
  ]

  for (const { title, db, file, code } of cases) {
    const before = readFileSync(join(folder, file))

    const refused = await runProgram([...serve, '--db', db], { folder })

    t.equal(refused.code, code, title)
    t.match(sentences(refused.stderr), [new RegExp(`^steward: .*${file}`)], title)
    t.equal(sentences(refused.stderr).length, 1, title)
    t.strictSame(readFileSync(join(folder, file)), before, title)
  }
})

for (const what of ['removed', 'replaced'] as const) {
  t.test(`a database that is ${what} while the agent runs: the next write is answered 503, and it ends with 8`, async t => {
    const folder = t.testdir()
    const program = await startProgram(t, { folder })
    const client = createAgentClient(program.url)
    // Until nothing is written any more: a turn that is under way would end the agent before it is asked.
    await client.finished((await client.schedule(success)).id)
    const file = join(folder, 'data', 'steward.db')
    if (what === 'removed') rmSync(file)
    else renameSync(file, `${file}.aside`)
    if (what === 'replaced') writeFileSync(file, '')

    const { status } = await client.post('/actions', { kind: success })

    t.equal(status, 503, 'nothing is acknowledged that would be lost')
    t.strictSame(await program.exited, { code: 8, signal: null })
    t.match(program.output(), new RegExp(`steward: .*steward\\.db was ${what}`))
  })
}

t.test('steward backup while the agent works', async t => {
  const folder = t.testdir()
  const program = await startProgram(t, { folder })
  const client = createAgentClient(program.url)
  const { id } = await client.schedule(success)
  await client.finished(id)
  const { id: running } = await client.schedule('agent.steward/test.script', { steps: [{ do: 'sleep', ms: 3_600_000 }] })
  await client.until(running, ({ state }) => state === 'RUNNING')
  const copy = join(folder, 'copy.db')

  await t.test('makes a sound copy', async t => {
    t.match(await runProgram(['backup', copy], { folder }), { code: 0 })
    const database = new Database(copy, { readonly: true })
    t.equal(database.pragma('integrity_check', { simple: true }), 'ok')
    database.close()
    t.notOk(existsSync(`${copy}.partial`))
  })

  await t.test('never overwrites', async t => {
    const before = readFileSync(copy)
    const { code, stderr } = await runProgram(['backup', copy], { folder })
    t.equal(code, 5)
    t.match(sentences(stderr), [/copy\.db exists already/])
    t.strictSame(readFileSync(copy), before)
  })

  await t.test('and an agent goes on from the copy, beside the first', async t => {
    const second = createAgentClient((await startProgram(t, { folder, args: ['--db', copy] })).url)
    t.match(await second.find(id), { state: 'DONE' })
    t.match(await second.until(running, ({ state }) => state === 'RUNNING'), { interruptions: 1 })
    await second.post(`/actions/${running}/cancel`)
    t.match(await second.finished(running), { state: 'FAILED' })
    t.match(await client.find(running), { state: 'RUNNING' }, 'the original is as it was')
  })
})
