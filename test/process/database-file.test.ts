import { existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { backupDatabase } from '../../src/store/check.js'
import { createAgentClient } from '../support/agent-client.js'
import { runProgram, startProgram } from '../support/program.js'
import { patience } from '../support/torture.js'

t.setTimeout(patience)

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

/** What somebody does to the files of a running agent, what it says, and what becomes of a start after that. */
const attacks: ReadonlyArray<{
  readonly what: string
  readonly attack: (file: string) => void
  readonly says: RegExp
  /** The exit code of `check` after that; the database is as it was left. */
  readonly then: 0 | 5
}> = [
  { what: 'removed', attack: file => { rmSync(file) }, says: /steward\.db was removed/, then: 0 },
  {
    what: 'replaced by another file',
    attack: file => {
      renameSync(file, `${file}.aside`)
      writeFileSync(file, '')
    },
    says: /steward\.db was replaced/,
    then: 0
  },
  {
    what: 'overwritten with a backup',
    attack: file => { writeFileSync(file, readFileSync(`${file}.backup`)) },
    says: /steward\.db was changed by another program/,
    then: 0
  },
  { what: 'truncated', attack: file => { truncateSync(file, 4096) }, says: /steward\.db was changed/, then: 5 },
  { what: 'without its log', attack: file => { rmSync(`${file}-wal`) }, says: /steward\.db-wal, its write-ahead log, was removed/, then: 0 },
  { what: 'without the index of its log', attack: file => { rmSync(`${file}-shm`) }, says: /steward\.db-shm, .* was removed/, then: 0 },
  { what: 'without its lock', attack: file => { rmSync(`${file}.lock`) }, says: /steward\.db\.lock, its lock, was removed/, then: 0 },
  {
    what: 'in a folder that is renamed',
    attack: file => { renameSync(dirname(file), `${dirname(file)}.moved`) },
    says: /steward\.db was removed/,
    then: 0
  }
]

for (const { what, attack, says, then } of attacks) {
  t.test(`a database that is ${what} while the agent runs: the next write is answered 503, and it ends with 8`, async t => {
    const folder = t.testdir()
    const program = await startProgram(t, { folder })
    const client = createAgentClient(program.url)
    // Until nothing is written any more: a turn that is under way would end the agent before it is asked.
    await client.finished((await client.schedule(success)).id)
    const file = join(folder, 'data', 'steward.db')
    backupDatabase(file, `${file}.backup`)
    attack(file)
    const left = existsSync(file) ? readFileSync(file) : null

    const { status } = await client.post('/actions', { kind: success })

    t.equal(status, 503, 'nothing is acknowledged that would be lost')
    t.strictSame(await program.exited, { code: 8, signal: null })
    t.match(program.output(), new RegExp(`steward: .*${says.source} .*while Steward had it open\\. Put the original back`))
    t.strictSame(existsSync(file) ? readFileSync(file) : null, left, 'what somebody has put there is not written to')
    if (/first remove .*-wal and .*-shm/.test(program.output())) for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true })
    t.equal((await runProgram(['check'], { folder })).code, then)
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
    t.equal(statSync(copy).mode & 0o077, 0, 'readable by this user alone')
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
