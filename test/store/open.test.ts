import {
  chmodSync, copyFileSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync,
  symlinkSync, writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { systemClock as clock } from '../../src/domain/clock.js'
import { done } from '../../src/domain/kind.js'
import { backupDatabase, checkDatabase } from '../../src/store/check.js'
import { StoreError } from '../../src/store/errors.js'
import { readMigrations, type Migration } from '../../src/store/migrate.js'
import { openDatabase } from '../../src/store/open.js'
import { openStore } from '../../src/store/store.js'
import { draft } from '../contracts/store-under-test.js'
import { openEngine, temporaryFolder } from '../support/engine.js'
import { noSmallDisk, smallDisk } from '../support/small-disk.js'
import { cancelWish } from '../support/access.js'

/** What opening refuses with. */
function refusal (open: () => unknown): StoreError {
  try {
    open()
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('it was not refused')
}

const open = (path: string) => openStore({ path, clock, queueLimit: 10 })

t.test('a path that turns back behind a folder that is missing is opened like any other', async t => {
  const folder = temporaryFolder(t)

  openDatabase({ path: `${folder}/missing/../other/steward.db`, clock }).close()

  t.ok(existsSync(join(folder, 'other', 'steward.db')))
})

t.test('a database and its folder are made, durable by default', async t => {
  const path = join(temporaryFolder(t), 'some', 'folder', 'steward.db')

  const opened = openDatabase({ path, clock })
  t.teardown(() => { opened.close() })

  t.equal(opened.database.pragma('journal_mode', { simple: true }), 'wal')
  t.equal(opened.database.pragma('synchronous', { simple: true }), 2, 'FULL')
  t.equal(opened.database.pragma('foreign_keys', { simple: true }), 1)
  const loose = opened.database.prepare("select name from pragma_table_list where schema = 'main' and not strict and name not like 'sqlite_%'").all()
  t.strictSame(loose, [], 'every table is STRICT')
})

t.test('a second process is refused while the first has the database, and let in after it', async t => {
  const path = join(temporaryFolder(t), 'steward.db')
  const first = open(path)

  const refused = refusal(() => open(path))
  first.close()
  const second = open(path)
  second.close()

  t.equal(refused.trouble, 'locked')
  t.match(refused.message, /in use by another Steward/)
})

t.test('nobody else can open the lock, and so hold it', t => {
  const path = join(temporaryFolder(t), 'steward.db')
  open(path).close()
  t.equal(statSync(`${path}.lock`).mode & 0o777, 0o600)
  chmodSync(`${path}.lock`, 0o644)
  open(path).close()
  t.equal(statSync(`${path}.lock`).mode & 0o777, 0o600, 'one that an older version made is closed to others')
  t.end()
})

t.test('a link to the database is the database: the second process is refused by either name', async t => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'steward.db')
  const link = join(folder, 'link.db')
  const first = open(path)
  symlinkSync(path, link)
  symlinkSync(join(folder, 'nowhere'), join(folder, 'broken.db'))

  t.equal(refusal(() => open(link)).trouble, 'locked')
  first.close()
  t.match(refusal(() => open(join(folder, 'broken.db'))).message, /leads nowhere/)
})

t.test('files that somebody else removes, replaces or overwrites end the store before it acknowledges anything', async t => {
  const attacks: Record<string, (path: string) => void> = {
    removed: path => { rmSync(path) },
    replaced: path => { renameSync(`${path}.copy`, path) },
    overwritten: path => { copyFileSync(`${path}.copy`, path) },
    'without its log': path => { rmSync(`${path}-wal`) }
  }
  for (const [name, attack] of Object.entries(attacks)) {
    const lost: StoreError[] = []
    const engine = openEngine(t, { onFatal: error => { lost.push(error) } })
    await engine.schedule('agent.replicante.io/debug.success')
    backupDatabase(engine.path, `${engine.path}.copy`)

    attack(engine.path)

    await t.rejects(engine.schedule('agent.replicante.io/debug.success'), { code: 'store-unavailable' }, name)
    await t.rejects(engine.schedule('agent.replicante.io/debug.success'), { code: 'store-unavailable' }, name)
    t.match(lost, [{ trouble: 'replaced', message: /while Steward had it open/ }], `${name}: told once`)
    t.equal(lost.length, 1)
    t.equal(engine.store.lost, true)
    engine.crash()
  }
})

t.test('folding the log back is not taken for somebody else\'s change', async t => {
  const engine = openEngine(t)
  const large = 'x'.repeat(500_000)

  for (let i = 0; i < 60; i++) await engine.schedule('agent.replicante.io/debug.success', { args: large })

  t.ok(statSync(engine.path).size > 10_000_000, 'it has been folded back meanwhile')
  t.equal(engine.store.trouble(), null)
})

t.test('what is no database is refused with a sentence and left as it was', async t => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'notes.txt')
  writeFileSync(path, 'these are my notes, and no database at all\n'.repeat(100))
  const before = readFileSync(path)

  const refused = refusal(() => open(path))

  t.equal(refused.trouble, 'unusable')
  t.match(refused.message, /is not an SQLite database/)
  t.strictSame(readFileSync(path), before)
})

t.test('somebody else\'s SQLite database is refused and left as it was', async t => {
  const path = join(temporaryFolder(t), 'app.db')
  const theirs = new Database(path)
  theirs.exec('create table customer (name text); insert into customer values (\'Ada\')')
  theirs.close()
  const before = readFileSync(path)

  const refused = refusal(() => open(path))

  t.equal(refused.trouble, 'unusable')
  t.match(refused.message, /not Steward's/)
  t.strictSame(readFileSync(path), before, 'not a byte is different: not even the journal mode')
})

t.test('a folder that cannot be made or written is refused with a sentence', async t => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'file'), '')

  const refused = refusal(() => open(join(folder, 'file', 'steward.db')))

  t.equal(refused.trouble, 'unusable')
  t.match(refused.message, /cannot be opened for writing/)
  t.equal(refusal(() => open('/proc/no-such-process/steward.db')).trouble, 'unusable')
})

t.test('nobody else may read the queue: it holds arguments', async t => {
  const engine = openEngine(t)
  await engine.schedule('agent.replicante.io/debug.success')

  for (const file of [engine.path, `${engine.path}-wal`]) t.equal(statSync(file).mode & 0o077, 0, file)
})

t.test('a damaged database is refused with a sentence and left as it was', async t => {
  const path = join(temporaryFolder(t), 'steward.db')
  const engine = openEngine(t, { path })
  for (let i = 0; i < 50; i++) await engine.schedule('agent.replicante.io/debug.success')
  await engine.stop()
  const bytes = readFileSync(path)
  bytes.fill(0x5a, 4096)
  writeFileSync(path, bytes)

  const refused = refusal(() => open(path))
  const checked = refusal(() => checkDatabase(path))

  t.equal(refused.trouble, 'unusable')
  t.match(refused.message, /is damaged/)
  t.equal(checked.trouble, 'unusable')
  t.strictSame(readFileSync(path), bytes)
})

t.test('a missing database whose write-ahead log is still there is not begun anew over it', async t => {
  const path = join(temporaryFolder(t), 'steward.db')
  const engine = openEngine(t, { path })
  await engine.schedule('agent.replicante.io/debug.success')
  copyFileSync(`${path}-wal`, `${path}.kept`)
  await engine.stop()
  rmSync(path)
  copyFileSync(`${path}.kept`, `${path}-wal`)
  const before = readFileSync(`${path}-wal`)

  const refused = refusal(() => open(path))

  t.equal(refused.trouble, 'unusable')
  t.match(refused.message, /write-ahead log .* is there/)
  t.strictSame(readFileSync(`${path}-wal`), before)
})

t.test('migrations', async t => {
  const shipped = readMigrations()
  const next: Migration = { name: '9001-next', sql: 'create table next (x integer) strict', checksum: 'two' }
  const broken: Migration = { name: '9002-broken', sql: 'create table half (x integer) strict; select no_such_function()', checksum: 'three' }

  t.test('bring the database of an older Steward up to date, with everything in it', async t => {
    const path = join(temporaryFolder(t), 'steward.db')
    const old = openDatabase({ path, clock, migrations: shipped.slice(0, 1) })
    old.database.exec(`
      insert into action (id, kind, lane, protocol, principal, requester, state, created_at, scheduled_at, updated_at, args, headers)
      values ('0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11', 'a.b/c', 'main', 'api', 'local', 'AGENT_API', 'NEW', 1, 1, 1, '7', '{}');
      insert into transition (action_seq, at, state) values (1, 1, 'NEW')`)
    old.close()

    const { store } = openEngine(t, { path })

    t.strictSame(store.migrated.applied, shipped.slice(1).map(({ name }) => name))
    const [action] = store.page({ filter: {}, order: 'asc', limit: 10 }).items
    t.match(store.get(action?.id ?? ''), { seq: 1, kind: 'a.b/c', state: 'NEW', args: 7, requestId: null, trace: null })
    t.match(await store.requestCancel(action?.id ?? '', cancelWish()), { state: 'FAILED' }, 'it goes on as any other')
    t.strictSame(store.outcomes({ collector: 'mine', after: null, limit: 10 }).actions, [])
  })

  t.test('keep histories, outcomes, places and numbers', async t => {
    const path = join(temporaryFolder(t), 'steward.db')
    const old = openDatabase({ path, clock, migrations: shipped.slice(0, 2) })
    const ids = [1, 2, 3, 4].map(n => `0198c5a1-7d3e-7cc4-9a6b-00000000000${n}`)
    for (const id of ids) {
      old.database.prepare(`
        insert into action (id, kind, lane, protocol, principal, requester, state, created_at, scheduled_at, updated_at, args, headers, collector)
        values (?, 'a.b/c', 'main', 'api', 'local', 'AGENT_API', 'NEW', 1, 1, 1, '7', '{}', 'mine')`).run(id)
      old.database.exec("insert into transition (action_seq, at, state) values ((select max(seq) from action), 1, 'NEW')")
    }
    old.database.exec(`
      update action set state = 'RUNNING', started_at = 2 where seq = 1;
      insert into transition (action_seq, at, state) values (1, 2, 'RUNNING');
      update action set state = 'DONE', finished_at = 3, state_payload = '"x"' where seq = 1;
      insert into transition (action_seq, at, state, payload) values (1, 3, 'DONE', '"x"');
      insert into outcome (collector, transition_seq, action_seq) values ('mine', 6, 1);
      update action set state = 'RUNNING', started_at = 4 where seq = 2;
      insert into transition (action_seq, at, state) values (2, 4, 'RUNNING')`)
    // The newest were pruned: their numbers are not given again.
    old.database.exec(`
      update action set state = 'FAILED', finished_at = 4 where seq = 4;
      delete from action where seq = 4;
      update store set pruned_action = 4, pruned_transition = 4`)
    old.close()

    const { store } = openEngine(t, { path })

    t.strictSame(store.page({ filter: {}, order: 'asc', limit: 10 }).items.map(({ seq, state }) => [seq, state]),
      [[1, 'DONE'], [2, 'RUNNING'], [3, 'NEW']])
    t.strictSame(store.history(1).map(({ seq, state, payload }) => [seq, state, payload]), [[1, 'NEW', null], [5, 'RUNNING', null], [6, 'DONE', 'x']])
    t.strictSame(store.history(2).map(({ seq }) => seq), [2, 7])
    t.match(store.outcomes({ collector: 'mine', after: null, limit: 10 }).actions, [{ seq: 1 }])
    t.strictSame(store.running().map(({ seq }) => seq), [2])
    t.strictSame(store.lanes(), [{ lane: 'main', waiting: 1, running: 1 }])
    const settled = await store.settle(2, done())
    t.strictSame(store.history(2).map(({ seq }) => seq), [2, 7, 8])
    t.equal(settled.state, 'DONE')
    t.match((await store.claim('main'))?.seq, 3)
    t.equal((await store.append(draft())).action.seq, 5)
  })

  t.test('are applied once, and a copy is made before an existing database is changed', async t => {
    const folder = temporaryFolder(t)
    const path = join(folder, 'steward.db')
    const engine = openEngine(t, { path })
    const { id } = await engine.schedule('agent.replicante.io/debug.success')
    await engine.stop()

    const upgraded = openDatabase({ path, clock, migrations: [...shipped, next] })
    const { migrated: { applied, copy } } = upgraded
    upgraded.close()
    const again = openDatabase({ path, clock, migrations: [...shipped, next] })
    again.close()

    t.strictSame(applied, ['9001-next'])
    t.strictSame(again.migrated, { applied: [], copy: null })
    const old = new Database(copy ?? '', { readonly: true })
    t.teardown(() => { old.close() })
    t.equal(old.prepare('select id from action').pluck().get(), id, 'the copy has the data')
    t.strictSame(old.prepare('select name from migration').pluck().all(), shipped.map(({ name }) => name), 'and the old form')
    t.equal(readdirSync(folder).filter(file => file.includes('.before-')).length, 1)
  })

  t.test('that fail leave the database as it was, whole', async t => {
    const path = join(temporaryFolder(t), 'steward.db')
    openDatabase({ path, clock }).close()

    t.throws(() => openDatabase({ path, clock, migrations: [...shipped, next, broken] }))

    const after = new Database(path, { readonly: true })
    t.teardown(() => { after.close() })
    t.strictSame(after.prepare('select name from migration').pluck().all(), [...shipped, next].map(({ name }) => name))
    t.equal(after.prepare("select count(*) from sqlite_schema where name = 'half'").pluck().get(), 0)
  })

  t.test('of a newer Steward refuse to start, and change nothing', async t => {
    const path = join(temporaryFolder(t), 'steward.db')
    openDatabase({ path, clock, migrations: [...shipped, next] }).close()
    const before = readFileSync(path)

    const refused = refusal(() => open(path))

    t.equal(refused.trouble, 'newer')
    t.match(refused.message, /9001-next/)
    t.strictSame(readFileSync(path), before)
  })

  t.test('that were edited after they had been applied refuse to start', async t => {
    const path = join(temporaryFolder(t), 'steward.db')
    openDatabase({ path, clock }).close()
    const edited = shipped.map(migration => ({ ...migration, checksum: 'other' }))

    const refused = refusal(() => openDatabase({ path, clock, migrations: edited }))

    t.equal(refused.trouble, 'newer')
    t.match(refused.message, /has been changed/)
  })

  t.test('are found by name: one stamped older than the newest applied is applied too', async t => {
    const path = join(temporaryFolder(t), 'steward.db')
    openDatabase({ path, clock, migrations: [...shipped, { ...next, name: '9004-late' }] }).close()

    const opened = openDatabase({ path, clock, migrations: [...shipped, { ...next, name: '9003-early', sql: 'create table early (x integer) strict' }, { ...next, name: '9004-late' }] })
    opened.close()

    t.strictSame(opened.migrated.applied, ['9003-early'])
  })
})

t.test('a backup is taken while the store writes, passes the check, and never overwrites', async t => {
  const folder = temporaryFolder(t)
  const engine = openEngine(t, { path: join(folder, 'steward.db') })
  await Promise.all(Array.from({ length: 500 }, async () => await engine.schedule('agent.replicante.io/debug.success')))
  const target = join(folder, 'copy.db')

  const writing = engine.schedule('agent.replicante.io/debug.success')
  backupDatabase(engine.path, target)
  await writing

  t.strictSame(checkDatabase(target), { exists: true, pending: [] })
  const restored = openEngine(t, { path: target })
  t.not(restored.store.id, engine.store.id, 'cursors and event ids of the original are not those of the copy')
  t.ok(restored.store.lanes()[0]!.waiting >= 500)
  const size = statSync(target).size
  t.equal(refusal(() => { backupDatabase(engine.path, target) }).trouble, 'unusable')
  t.equal(statSync(target).size, size)
  t.notOk(existsSync(`${target}.partial`))
})

t.test('a full disk at the start is one sentence', async t => {
  const disk = smallDisk(t, '16k')
  if (disk === null) {
    t.pass('a small disk', { skip: noSmallDisk })
    return
  }

  const refused = refusal(() => open(join(disk, 'steward.db')))

  t.equal(refused.trouble, 'unusable')
  t.match(refused.message, /is full/)
})
