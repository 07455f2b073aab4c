import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import Database from 'better-sqlite3'
import t from 'tap'
import type { Test } from 'tap'
import { kindContract } from '../../contracts/kind.js'
import { createKindContext } from '../../support/kind-context.js'
import { createSubject, fill, jobsHere, sql } from './support.js'
import type { SqliteSubject, SubjectOptions } from './support.js'

async function setUp (t: Test, options: SubjectOptions = {}): Promise<SqliteSubject> {
  const subject = createSubject(t, { busyTimeoutMs: 100, ...options })
  await subject.driver.datastore.start()
  return subject
}

const { driver, path } = createSubject(t, { jobs: jobsHere })
await driver.datastore.start()
fill(path, 100)
for (const kind of driver.kinds) {
  if (kind.kind === 'sqlite.steward/backup') continue
  kindContract(t, kind, { run: () => ({}), badArgs: [{ other: 1 }, null, { mode: 'fast' }, { max_errors: 0 }] })
}

t.test('vacuum gives free pages back', async t => {
  const { kind, path } = await setUp(t)
  fill(path, 2000)
  sql(path, 'delete from t')
  const before = statSync(path).size

  const outcome = await kind('vacuum').run(createKindContext().context)

  t.match(outcome, { state: 'DONE', payload: { bytes_before: before, bytes_after: statSync(path).size } })
  t.ok(statSync(path).size < before / 10)
})

t.test('analyze leaves statistics', async t => {
  const { kind, path } = await setUp(t)
  fill(path, 10)
  sql(path, 'create index by_v on t (v)')

  const outcome = await kind('analyze').run(createKindContext().context)

  t.same(outcome, { state: 'DONE', payload: { statistics: 1 } })
  t.match(sql(path, 'select idx from sqlite_stat1'), [{ idx: 'by_v' }])
})

t.test('integrity-check lists what is damaged, as much as is asked for', async t => {
  const { kind, path } = await setUp(t)
  fill(path, 2000)
  sql(path, 'create index by_v on t (v)')
  t.same(await kind('integrity-check').run(createKindContext().context), { state: 'DONE', payload: { integrity: 'ok' } })
  await damage(path)

  const outcome = await kind('integrity-check').run(createKindContext({ args: { max_errors: 2 } }).context)

  t.match(outcome, { state: 'FAILED', payload: { error: 'The database is damaged.', variant: 'SQLITE_CORRUPT', problems: [/./, /./] } })
  t.equal((outcome.payload as { problems: string[] }).problems.length, 2)
})

t.test('checkpoint says that there is nothing to do without a write-ahead log', async t => {
  const { kind } = await setUp(t, { jobs: jobsHere })

  const outcome = await kind('checkpoint').run(createKindContext().context)

  t.match(outcome, { state: 'DONE', payload: { journal_mode: 'delete', message: /nothing to do/ } })
})

t.test('checkpoint moves the log into the file, unless somebody is in its way', async t => {
  const { kind, path } = await setUp(t)
  const user = new Database(path)
  t.teardown(() => user.close())
  user.pragma('journal_mode = wal')
  user.exec('create table t (n); insert into t values (1)')
  const run = (mode: string): Promise<unknown> => kind('checkpoint').run(createKindContext({ args: { mode } }).context)

  user.exec('begin')
  user.prepare('select * from t').all()
  sql(path, 'insert into t values (2)')
  t.match(await run('truncate'), { state: 'FAILED', payload: { error: /in use/, variant: 'SQLITE_BUSY', reason: 'unavailable' } })
  t.match(await run('passive'), { state: 'DONE', payload: { mode: 'passive', journal_mode: 'wal' } })
  user.exec('commit')

  t.match(await run('truncate'), { state: 'DONE', payload: { mode: 'truncate' } })
  t.equal(statSync(`${path}-wal`).size, 0)
})

t.test('a database that is in use, gone, or none fails the action with a clear sentence', async t => {
  const { kind, path } = await setUp(t, { jobs: jobsHere })
  const user = new Database(path)
  user.exec('create table t (n); begin exclusive')
  for (const name of ['vacuum', 'analyze', 'integrity-check', 'backup']) {
    const outcome = await kind(name).run(createKindContext().context)
    t.match(outcome, { state: 'FAILED', payload: { error: /is in use: .* within 0.1 s/, variant: 'SQLITE_BUSY', reason: 'unavailable' } }, name)
  }
  user.close()

  rmSync(path)
  t.match(await kind('vacuum').run(createKindContext().context), {
    state: 'FAILED', payload: { error: /cannot be opened/, layers: [/./], reason: 'unavailable' }
  })
  t.notOk(existsSync(path), 'a database that is gone is not made anew')

  writeFileSync(path, 'no database at all, but a text that is longer than a header: '.repeat(20))
  t.match(await kind('vacuum').run(createKindContext().context), { state: 'FAILED', payload: { error: /is not an SQLite database/ } })
})

/** Overwrites pages in the middle. */
async function damage (path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(40 * 4096, 0xff), 0, 40 * 4096, 100 * 4096)
  await file.close()
}
