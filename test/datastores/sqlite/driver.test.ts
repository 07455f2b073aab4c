import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import t from 'tap'
import { createSqliteDriver } from '../../../src/datastores/sqlite/driver.js'
import { silentLogger } from '../../../src/domain/log.js'
import { datastoreContract } from '../../contracts/datastore.js'
import { createSubject, sql } from './support.js'

datastoreContract(t, {
  name: 'sqlite in rollback-journal mode',
  abilities: { commitOffset: true, lag: false, stop: false, hold: false, login: false },
  open: async t => {
    const { driver, path } = createSubject(t)
    await driver.datastore.start()
    sql(path, 'create table t (n)')
    return {
      driver,
      write: () => { sql(path, 'insert into t values (1)') },
      breakIt: () => renameSync(path, `${path}.away`),
      mendIt: () => renameSync(`${path}.away`, path)
    }
  }
})

datastoreContract(t, {
  name: 'sqlite in WAL mode',
  abilities: { commitOffset: false, lag: false, stop: false, hold: false, login: false },
  open: async t => {
    const { driver, path } = createSubject(t)
    await driver.datastore.start()
    sql(path, 'pragma journal_mode = wal')
    return {
      driver,
      breakIt: () => renameSync(path, `${path}.away`),
      mendIt: () => renameSync(`${path}.away`, path)
    }
  }
})

t.test('start creates an empty database with its folder, and leaves one that is there as it is', async t => {
  const { driver, path } = createSubject(t)
  await driver.datastore.start()
  t.same(sql(path, 'pragma journal_mode'), [{ journal_mode: 'delete' }])
  t.equal(statSync(path).size, 4096)

  sql(path, 'create table kept (n)')
  const { datastore } = createSqliteDriver(
    { path, backupDir: dirname(path), nodeId: null, clusterId: 'c', clusterDisplayName: 'C', addresses: { client: 'a:1' } },
    { jobs: { run: async () => null }, log: silentLogger }
  )
  await datastore.start()

  t.same(sql(path, 'select name from sqlite_schema'), [{ name: 'kept' }])
  t.match(await datastore.node(), { id: hostname(), addresses: { client: 'a:1' } })
  t.same(await datastore.cluster(), { id: 'c', displayName: 'C', attributes: {} })
})

t.test('a database that vanishes is not created again', async t => {
  const { driver, path, kind } = createSubject(t)
  await driver.datastore.start()
  rmSync(path)

  await driver.datastore.start()
  t.match(await driver.datastore.node(), { status: 'UNAVAILABLE', statusReason: /does not exist/ })
  t.ok(driver.kinds.includes(kind('vacuum')))

  t.notOk(existsSync(path))
})

t.test('it tells what the file tells', async t => {
  const { driver, path } = createSubject(t)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  const { datastore } = driver
  t.match(await datastore.node(), { status: 'HEALTHY', attributes: { page_count: 0, size_bytes: 0 } }, 'an empty file is a database')

  sql(path, "pragma encoding = 'UTF-16le'; pragma page_size = 65536; create table t (n)")

  t.match((await datastore.node()).attributes, {
    encoding: 'UTF-16le', journal_mode: 'rollback', page_count: 2, page_size: 65536, size_bytes: 131072
  })
  t.same((await datastore.shards()).map(shard => shard.id), ['app.db'])
  t.same(await datastore.version(), { number: (sql(path, 'select sqlite_version() as v')[0] as { v: string }).v, checkout: null, extra: null })
  t.equal((await datastore.cluster()).id, 'sqlite-node-1')
})

t.test('whatever is in the place of the file, the answer says so and comes at once', async t => {
  const { driver: { datastore }, path } = createSubject(t)
  const reason = async (): Promise<string | null> => {
    const node = await datastore.node()
    t.equal(node.status, 'UNAVAILABLE')
    rmSync(path, { recursive: true, force: true })
    return node.statusReason
  }
  mkdirSync(dirname(path), { recursive: true })

  writeFileSync(path, 'a text, and much longer than the header of a database would be: '.repeat(3))
  t.match(await reason(), /is not an SQLite database/)
  writeFileSync(path, 'SQLite format 3\0')
  t.match(await reason(), /is not an SQLite database/, 'cut off after its first bytes')
  mkdirSync(path)
  t.match(await reason(), /is not a file/)
  execFileSync('mkfifo', [path])
  t.match(await reason(), /is not a file/)
  rmSync(dirname(path), { recursive: true })
  writeFileSync(dirname(path), '')
  t.match(await datastore.node(), { status: 'UNAVAILABLE', statusReason: /does not exist/ })
})

t.test('start does not fail where nothing can be created', async t => {
  const { driver: { datastore }, path } = createSubject(t)
  writeFileSync(dirname(path), '')

  await datastore.start()

  t.equal((await datastore.node()).status, 'UNAVAILABLE')
})

t.test('a database in memory is refused', async t => {
  t.throws(() => createSubject(t, { path: ':memory:' }), { message: /needs a file/ })
})
