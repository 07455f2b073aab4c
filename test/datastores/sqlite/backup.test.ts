import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join, relative } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import type { JsonObject } from '../../../src/domain/json.js'
import { createRegistry } from '../../../src/kinds/registry.js'
import { kindContract } from '../../contracts/kind.js'
import { createKindContext, fakeActionId } from '../../support/kind-context.js'
import { createSubject, fill, jobsHere, sql } from './support.js'
import type { SqliteSubject, SubjectOptions } from './support.js'

async function setUp (t: Test, { rows = 100, ...options }: SubjectOptions & { rows?: number } = {}):
Promise<SqliteSubject> {
  const subject = createSubject(t, options)
  await subject.driver.datastore.start()
  fill(subject.path, rows)
  return subject
}

let files = 0
kindContract(t, (await setUp(t)).kind('backup'), {
  run: () => ({ args: { file: `contract-${++files}.db` } }),
  badArgs: [
    ...['/etc/app.db', '../app.db', 'a/../../app.db', 'a/./b', '.', '..', '', 'a//b', 'a/', '.hidden', 'a\\b', 'a\nb', 'a\0b', 'a\u0085b']
      .map(file => ({ file })),
    ...['app.db.partial', 'app.db-journal', 'app.db-wal', 'app.db-shm'].flatMap(file => [{ file }, { file: `${file}/b` }, { file: `a/${file}/b` }]),
    { file: 'x'.repeat(201) }, { file: 7 }, { other: 'x' }
  ]
})

t.test('a name that is refused says which rule it breaks', async t => {
  const { driver } = await setUp(t)
  const registry = createRegistry(driver.kinds)
  const refused = (file: string): void => registry.check('sqlite.steward/backup', { file })

  const pointer = '/args/file'
  t.throws(() => refused('a//b'), { errors: [{ pointer, detail: /^breaks the rule: .*None is empty, begins with a dot/ }] })
  t.throws(() => refused('a.partial/b'), { errors: [{ pointer, detail: 'breaks the rule: No part ends in .partial, -journal, -wal or -shm.' }] })
  t.doesNotThrow(() => refused('a.partially/b-walled'))
})

/** A process that moves amounts between rows, so that the sum of all is always 0, until it is told to end. */
const writerCode = `
  import Database from 'better-sqlite3'
  const database = new Database(process.argv[2], { timeout: 60000 })
  const add = database.prepare('update t set v = v + ?, b = randomblob(1000) where n = ?')
  let n = 0
  const move = database.transaction(() => { add.run(1, n * 7919 % 50000 + 1); add.run(-1, n * 104729 % 50000 + 1) })
  const work = () => { for (let i = 0; i < 10; i++) { move(); n++ } ; setImmediate(work) }
  process.on('message', () => process.send(n, () => process.exit()))
  process.send('ready')
  work()`

for (const mode of ['wal', 'delete']) {
  t.test(`a database of more than 50 MB is copied while another process writes to it (journal mode ${mode})`, async t => {
    const { kind, path, backupDir } = await setUp(t, { rows: 50_000 })
    sql(path, `pragma journal_mode = ${mode}`)
    t.ok(statSync(path).size > 50e6)
    const code = join(path, '..', 'writer.mjs')
    writeFileSync(code, writerCode)
    const writer = fork(code, [path], { execArgv: [] })
    t.teardown(() => writer.kill('SIGKILL'))
    await once(writer, 'message')
    const { context, reported } = createKindContext()

    const outcome = await kind('backup').run(context)

    writer.send('end')
    const [moved] = await once(writer, 'message') as [number]
    t.ok(moved > 0, `${moved} changes were made`)
    const file = `app-${fakeActionId}.db`
    const copy = join(backupDir, file)
    t.same(outcome, { state: 'DONE', payload: { file, bytes: statSync(copy).size, pages: statSync(copy).size / 4096, integrity: 'ok' } })
    t.same(sql(copy, 'pragma integrity_check'), [{ integrity_check: 'ok' }])
    t.same(sql(copy, 'select count(*) as rows, sum(v) as sum from t'), [{ rows: 50_000, sum: 0 }], 'it is of one moment')
    t.same(readdirSync(backupDir), [file])
    t.equal(statSync(copy).mode & 0o777, 0o600)
    checkProgress(t, reported as JsonObject[])
  })
}

function checkProgress (t: Test, reported: JsonObject[]): void {
  const copying = reported.filter(payload => payload['stage'] === 'copy')
  const pages = copying.map(payload => Number(payload['pages_done']))
  t.equal(pages[0], 0)
  t.equal(pages.at(-1), copying[0]?.['pages_total'])
  t.same(pages, [...pages].sort((a, b) => a - b), 'pages only grow')
  t.same(reported.map(payload => payload['stage']).slice(-2), ['verify', 'publish'])
  t.ok(reported.length < 410)
}

t.test('a name that is taken is left as it is', async t => {
  const { kind, backupDir } = await setUp(t)
  mkdirSync(backupDir)
  writeFileSync(join(backupDir, 'a.db'), 'precious')

  const outcome = await kind('backup').run(createKindContext({ args: { file: 'a.db' } }).context)

  t.match(outcome, { state: 'FAILED', payload: { error: /"a\.db".* already/, variant: 'EEXIST' } })
  t.equal(readFileSync(join(backupDir, 'a.db'), 'utf8'), 'precious')
})

t.test('a name that gets taken while the copy is made is left as it is too', async t => {
  const { kind, backupDir } = await setUp(t, { jobs: jobsHere })
  const { context, onReport } = createKindContext({ args: { file: 'a.db' } })
  onReport(payload => { if ((payload as JsonObject)['stage'] === 'publish') writeFileSync(join(backupDir, 'a.db'), 'precious') })

  const outcome = await kind('backup').run(context)

  t.match(outcome, { state: 'FAILED', payload: { variant: 'EEXIST' } })
  t.equal(readFileSync(join(backupDir, 'a.db'), 'utf8'), 'precious')
  t.same(readdirSync(backupDir), ['a.db'])
})

t.test('folders below the backup folder are made, but a link is not followed', async t => {
  const { kind, backupDir } = await setUp(t, { jobs: jobsHere })
  const outside = join(backupDir, '..', 'outside')
  mkdirSync(outside)

  t.match(await kind('backup').run(createKindContext({ args: { file: 'a/b/c.db' } }).context), { state: 'DONE' })
  t.ok(existsSync(join(backupDir, 'a', 'b', 'c.db')))
  symlinkSync(outside, join(backupDir, 'link'))
  await t.rejects(kind('backup').run(createKindContext({ args: { file: 'link/c.db' } }).context), { message: /link is not a folder/ })
  symlinkSync(join(outside, 'x.db'), join(backupDir, 'x.db'))
  t.match(await kind('backup').run(createKindContext({ args: { file: 'x.db' } }).context), { payload: { variant: 'EEXIST' } })

  t.same(readdirSync(outside), [])
})

t.test('a finished backup is on disk with every folder that leads to it, whoever made them', async t => {
  const { kind, backupDir } = await setUp(t, { jobs: jobsHere })
  const synced: string[] = []
  const file = await open(join(backupDir, '..'))
  const handles = Object.getPrototypeOf(file) as FileHandle
  await file.close()
  const { sync } = handles
  t.teardown(() => { handles.sync = sync })
  handles.sync = async function (this: FileHandle) {
    await sync.call(this)
    synced.push(relative(backupDir, readlinkSync(`/proc/self/fd/${this.fd}`)))
  }
  const run = async (file: string): Promise<string[]> => {
    synced.length = 0
    t.match(await kind('backup').run(createKindContext({ args: { file } }).context), { state: 'DONE' })
    return synced
  }

  t.same(await run('a/b/c.db'), ['..', 'a/b/c.db.partial', 'a/b', 'a', ''])
  t.same(await run('a/b/d.db'), ['a/b/d.db.partial', 'a/b', 'a', ''], 'the run that made a folder may have died before it did this')
})

for (const stage of ['copy', 'verify', 'publish']) {
  t.test(`a cancel at the stage "${stage}" leaves nothing behind`, async t => {
    const { kind, backupDir } = await setUp(t)
    const { context, abort, onReport } = createKindContext()
    onReport(payload => {
      if ((payload as JsonObject)['stage'] !== stage) return
      abort('cancelled')
      context.signal.throwIfAborted()
    })

    t.equal(await kind('backup').run(context).catch((reason: unknown) => reason), 'cancelled')

    t.same(readdirSync(backupDir), [])
  })
}

t.test('a damaged database leaves no backup', async t => {
  const { kind, path, backupDir } = await setUp(t, { rows: 2000, jobs: jobsHere })
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(40 * 4096, 0xff), 0, 40 * 4096, 100 * 4096)
  await file.close()

  const outcome = await kind('backup').run(createKindContext().context)

  t.match(outcome, { state: 'FAILED', payload: { error: /copy is damaged/, problems: Array } })
  t.same(readdirSync(backupDir), [])
})

t.test('an interrupted run is begun anew, whatever it left', async t => {
  const { kind, backupDir } = await setUp(t, { jobs: jobsHere })
  mkdirSync(backupDir)
  for (const suffix of ['', '-journal', '-wal']) writeFileSync(join(backupDir, `a.db.partial${suffix}`), 'half a copy')

  const statePayload = { stage: 'copy', pages_done: 5, pages_total: 10, file: 'a.db' }
  const outcome = await kind('backup').run(createKindContext({ args: { file: 'a.db' }, statePayload }).context)

  t.match(outcome, { state: 'DONE', payload: { file: 'a.db', integrity: 'ok' } })
  t.same(readdirSync(backupDir), ['a.db'])
})

t.test('a run that was interrupted while it published ends what it had begun', async t => {
  const { kind, backupDir } = await setUp(t, { jobs: jobsHere })
  const final = join(backupDir, 'a.db')
  const partial = `${final}.partial`
  const args = { file: 'a.db' }
  const first = createKindContext({ args })
  const outcome = await kind('backup').run(first.context)
  const statePayload = first.reported.at(-1) as JsonObject
  t.equal(statePayload['stage'], 'publish')
  const { ino } = statSync(final)
  const again = (): Promise<unknown> => kind('backup').run(createKindContext({ args, statePayload }).context)

  await t.test('before the copy had its name', async t => {
    renameSync(final, partial)
    t.same(await again(), outcome)
    t.equal(statSync(final).ino, ino, 'the same copy')
  })

  await t.test('when it had both names', async t => {
    linkSync(final, partial)
    t.same(await again(), outcome)
    t.same(readdirSync(backupDir), ['a.db'])
  })

  await t.test('when it had its name', async t => {
    t.same(await again(), outcome)
    t.equal(statSync(final).ino, ino)
  })

  await t.test('cancelled meanwhile, before the copy had its name', async t => {
    renameSync(final, partial)
    const { context, abort } = createKindContext({ args, statePayload })
    abort('cancelled')
    t.equal(await kind('backup').run(context).catch((reason: unknown) => reason), 'cancelled')
    t.same(readdirSync(backupDir), [])
  })

  await t.test('when another file has the name', async t => {
    writeFileSync(join(backupDir, 'keeps-the-inode'), '')
    writeFileSync(final, 'precious')
    t.match(await again(), { state: 'FAILED', payload: { variant: 'EEXIST' } })
    t.equal(readFileSync(final, 'utf8'), 'precious')
    rmSync(final)
  })

  await t.test('when the copy is lost', async t => {
    t.match(await again(), { state: 'DONE', payload: { file: 'a.db' } })
    t.ok(existsSync(final))
  })
})

t.test('a copy that begins again is no progress before it is further than the interrupted one was', async t => {
  const { kind } = await setUp(t)
  const run = async (statePayload: JsonObject): Promise<unknown[]> => {
    const { context, reported } = createKindContext({ kind: 'sqlite.steward/backup', statePayload, id: randomUUID() })
    t.equal((await kind('backup').run(context)).state, 'DONE')
    return reported.map(payload => (payload as JsonObject)['stage'])
  }

  t.strictSame(await run({ stage: 'copy', pages_done: 0, pages_total: 10 }), ['copy', 'verify', 'publish'])
  t.strictSame(await run({ stage: 'copy', pages_done: 1_000_000, pages_total: 1_000_000 }), ['verify', 'publish'])
  t.strictSame(await run({ stage: 'verify', pages_done: 1, pages_total: 1 }), ['publish'])
})
