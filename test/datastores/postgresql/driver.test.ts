import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import type { NodeInfo } from '../../../src/domain/info.js'
import { datastoreContract } from '../../contracts/datastore.js'
import { eventually } from '../../support/eventually.js'
import { noPostgresql, startPostgresql } from '../../support/postgresql.js'
import { noOpenssl, offerEncryption } from './encryption.js'
import { createRole, createSubject } from './subject.js'
import type { SubjectOptions } from './subject.js'

t.test('beside a PostgreSQL server', { skip: noPostgresql }, async t => {
  // Longer than any test: what is left open must not be tidied up by the server itself.
  const server = await startPostgresql(t, { config: { authentication_timeout: '10min' } })
  await server.sql('create table t (n int)')
  const nodeOf = async (t: Test, options: SubjectOptions = {}): Promise<NodeInfo> =>
    await createSubject(t, server, options).driver.datastore.node()

  datastoreContract(t, {
    name: 'postgresql, a primary',
    abilities: { commitOffset: true, lag: false, stop: false, hold: true, login: true },
    open: async t => ({
      driver: createSubject(t, server).driver,
      write: async () => { await server.sql('insert into t values (1)') },
      breakIt: server.crash,
      mendIt: server.start,
      hold: server.hold,
      release: server.release,
      stranger: {
        driver: createSubject(t, server, { settings: { password: 'a-wrong-one-0815' } }).driver,
        secret: 'a-wrong-one-0815'
      }
    })
  })

  t.test('it tells what the server tells', async t => {
    const { datastore } = createSubject(t, server).driver
    const [facts] = await server.sql(`select system_identifier::text as id, current_setting('server_version') as version
      from pg_control_system()`)

    const [node, cluster, version] = [await datastore.node(), await datastore.cluster(), await datastore.version()]

    t.equal(node.id, `${facts?.['id']}-${server.port}`)
    t.match(node.attributes, {
      system_identifier: facts?.['id'],
      in_recovery: false,
      timeline: 1,
      data_checksums: false,
      connections: Number,
      max_connections: 40,
      replication_connections: 0,
      replay_paused: null,
      wal_receiver_status: null,
      restart_pending: false,
      oldest_transaction_age: Number,
      started_ts: /^\d{4}-\d\d-\d\dT.*Z$/
    })
    t.same(cluster, { id: facts?.['id'], displayName: null, attributes: { system_identifier: facts?.['id'] } })
    t.equal([version.number, ...version.extra === null ? [] : [version.extra]].join(' '), facts?.['version'])
    t.match(await datastore.shards(), [{ id: 'cluster', role: 'primary', lag: null }])
  })

  t.test('the offset is the position in the log, digit for digit', async t => {
    const { datastore } = createSubject(t, server).driver

    const before = await server.sql("select (pg_current_wal_flush_lsn() - '0/0')::text as at")
    const [shard] = await datastore.shards()

    const offset = shard?.commitOffset
    t.same(offset?.unit, { unit: 'offset' })
    t.equal(offset?.value, BigInt(String(before[0]?.['at'])))
  })

  t.test('what is configured wins over what the server says', async t => {
    await server.sql("alter system set cluster_name = 'orders'")
    await server.stop()
    await server.start()
    const named = createSubject(t, server).driver.datastore
    t.match(await named.cluster(), { id: 'orders', displayName: 'orders' })

    const node = { nodeId: 'n1', clusterId: 'c1', clusterDisplayName: 'C', addresses: { client: 'db:5432' } }
    const { datastore } = createSubject(t, server, { node }).driver

    t.match(await datastore.cluster(), { id: 'c1', displayName: 'C' })
    t.match(await datastore.node(), { id: 'n1', addresses: { client: 'db:5432' } })
  })

  t.test('why it does not answer is a sentence that says what to do', async t => {
    const reason = async (settings: SubjectOptions['settings'] & object): Promise<string | null> => {
      const node = await nodeOf(t, { settings })
      t.match(node, { id: 'unknown', status: 'UNAVAILABLE' })
      return node.statusReason
    }
    t.match(await reason({ port: 1 }), /nothing listens there\. Start it/)
    t.match(await reason({ host: '/nonexistent' }), /nothing listens there\. Start it/)
    t.match(await reason({ host: 'nowhere.invalid' }), /host .* is not known/)
    t.match(await reason({ password: 'wrong' }), /refuses the login: password authentication failed for user "\w+"\. Correct the user or the password/)
    t.match(await reason({ password: null }), /asks for a password\. Set password/)
    t.match(await reason({ password: null, password_file: '/nonexistent/pw' }), /password_file names cannot be read/)
    t.match(await reason({ database: 'nowhere' }), /database does not exist/)
    t.match(await reason({ tls: 'require' }), /has no TLS/)
    t.match(await reason({ tls: 'verify-full', tls_ca: '/nonexistent/ca' }), /tls_ca names cannot be read/)
    await eventually('no socket is left by logins that failed', () =>
      !process.getActiveResourcesInfo().includes('TCPSocketWrap'))
  })

  t.test('the password may be in a file, which is read anew for each connection', async t => {
    const file = join(t.testdir({ pw: 'old\n' }), 'pw')
    const settings = { password: null, password_file: file }
    t.equal((await nodeOf(t, { settings })).status, 'UNAVAILABLE')
    const { datastore } = createSubject(t, server, { settings }).driver
    t.match(await datastore.node(), { status: 'UNAVAILABLE' })

    writeFileSync(file, `${server.settings.password}\nand a second line\n`)

    t.match(await datastore.node(), { status: 'HEALTHY' })
  })

  t.test('a role without privileges is enough, and one that may not connect is told', async t => {
    const settings = await createRole(server, 'watcher')
    t.match(await nodeOf(t, { settings }), { status: 'HEALTHY', attributes: { in_recovery: false, timeline: 1 } })
    t.match(await createSubject(t, server, { settings }).driver.datastore.shards(), [{ role: 'primary', lag: null }])

    await server.sql('alter role watcher connection limit 0')
    t.match(await nodeOf(t, { settings }), { status: 'UNAVAILABLE', statusReason: /too many connections/ })
    await server.sql('alter role watcher connection limit -1 nologin')
    t.match(await nodeOf(t, { settings }), { status: 'UNAVAILABLE', statusReason: /refuses the login/ })
  })

  t.test('the connections are few, and gone after close', async t => {
    const { datastore } = createSubject(t, server).driver
    const own = async (): Promise<number> =>
      (await server.sql("select from pg_stat_activity where application_name = 'steward'")).length
    await eventually('those of the tests before are gone', async () => await own() === 0)

    await Promise.all(Array.from({ length: 20 }, async () => [await datastore.node(), await datastore.shards()]))

    t.equal(await own(), 2)
    await datastore.close()
    await eventually('they are gone', async () => await own() === 0)
    t.match(await datastore.node(), { status: 'UNAVAILABLE', statusReason: /have been closed\.$/ })
  })

  t.test('connections are encrypted, and the server verified, as far as is asked for', { skip: noOpenssl }, async t => {
    const certificate = await offerEncryption(server)
    const unencrypted = async (): Promise<unknown[]> => await server.sql(`
      select pid from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'steward' and not ssl`)
    await eventually('those of the tests before are gone', async () => (await unencrypted()).length === 0)

    const required = createSubject(t, server, { settings: { tls: 'require' } }).driver.datastore
    t.match(await required.node(), { status: 'HEALTHY' })
    t.same(await unencrypted(), [])
    await required.close()
    t.match(await nodeOf(t, { settings: { tls: 'verify-full' } }), { status: 'UNAVAILABLE', statusReason: /certificate .* is not trusted/ })
    t.match(await nodeOf(t, { settings: { tls: 'verify-full', tls_ca: certificate } }), { status: 'HEALTHY' })
    t.match(await nodeOf(t, { settings: { tls: 'verify-full', tls_ca: certificate, host: 'localhost' } }), { status: 'UNAVAILABLE' })
  })

  t.test('one that starts up, or recovers, is UNAVAILABLE and says so, until it is through', async t => {
    const { datastore } = createSubject(t, server).driver
    const { id } = await datastore.node()
    await server.stop()
    // A standby of nobody, which recovers for ever, and takes no questions meanwhile.
    const signal = join(server.dataDir, 'standby.signal')
    writeFileSync(signal, '')
    const settings = join(server.dataDir, 'postgresql.auto.conf')
    appendFileSync(settings, 'hot_standby = off\n')
    const starting = server.start().catch((error: Error) => error)

    const node = await eventually('the server takes connections', async () => {
      const node = await datastore.node()
      return /takes no connections now/.test(node.statusReason ?? '') && node
    })

    t.match(node, { id, status: 'UNAVAILABLE', statusReason: /starting up or shutting down\. Try again/ })
    await server.crash()
    t.match(await starting, /did not start/)
    rmSync(signal)
    await server.start()
    t.match(await datastore.node(), { id, status: 'HEALTHY' })
  })
})
