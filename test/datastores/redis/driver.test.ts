import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import t, { type Test } from 'tap'
import { datastoreContract, type DatastoreSubject } from '../../contracts/datastore.js'
import { temporaryFolder } from '../../support/engine.js'
import { eventually } from '../../support/eventually.js'
import { freePorts } from '../../support/free-ports.js'
import { recordLog } from '../../support/log-record.js'
import { makePipe } from '../../support/processes.js'
import { addKeys, linked, noRedis, settingsOf, startRedis, type RedisServer } from '../../support/redis.js'
import { startTcpServer } from '../../support/tcp-server.js'
import { openSubject } from './support.js'

if (noRedis !== false) t.plan(0, noRedis)
else await suites()

async function suites (): Promise<void> {
  const password = 'correct-horse'
  const primary = await startRedis(t, { password })
  const replica = await startRedis(t, { password, replicaOf: primary })
  const cluster = await startClusterNode(t)
  const clusterReplica = await startClusterNode(t)
  await linked(replica)
  await cluster.cli('cluster', 'addslotsrange', '0', '16383')
  await joinCluster(clusterReplica, cluster)
  await serves(cluster)

  const abilities = { commitOffset: true, stop: true, hold: true, login: true }
  const open = async (t: Test, server: RedisServer, nodeId: string | null): Promise<DatastoreSubject> => ({
    driver: (await openSubject(t, server.settings, { nodeId, timeoutMs: 1000 })).driver,
    breakIt: server.crash,
    mendIt: server.start,
    hold: server.hold,
    release: server.release,
    stranger: {
      driver: (await openSubject(t, { ...server.settings, password: 'hunter2-hunter2' })).driver,
      secret: 'hunter2-hunter2'
    }
  })

  datastoreContract(t, {
    name: 'a Redis primary with a replica',
    abilities: { ...abilities, lag: false },
    open: async t => ({ ...await open(t, primary, 'node-1'), write: async () => { await primary.cli('incr', 'n') } })
  })

  datastoreContract(t, {
    name: 'a Redis replica',
    abilities: { ...abilities, lag: true },
    open: async t => {
      await linked(replica)
      return {
        ...await open(t, replica, 'node-2'),
        write: async () => {
          await primary.cli('incr', 'n')
          await eventually('the replica has it', async () => await replica.cli('get', 'n') === await primary.cli('get', 'n'))
        },
        mendIt: async () => {
          await replica.start()
          await linked(replica)
        }
      }
    }
  })

  datastoreContract(t, {
    name: 'a primary of a Redis Cluster',
    abilities: { commitOffset: true, lag: false, stop: true, hold: true, login: false },
    open: async t => ({
      ...await open(t, cluster, null),
      write: async () => { await cluster.cli('incr', 'n') },
      mendIt: async () => {
        await cluster.start()
        await serves(cluster)
      }
    })
  })

  t.test('a server tells who it is', async t => {
    const { driver: { datastore } } = await openSubject(t, primary.settings, {
      clusterDisplayName: 'Orders', addresses: { client: 'a:1' }
    })
    const runId = await primary.info('run_id')

    t.match(await datastore.node(), {
      id: runId,
      addresses: { client: 'a:1' },
      attributes: {
        aof_enabled: false,
        connected_clients: Number,
        connected_replicas: 1,
        link_status: null,
        maxmemory_bytes: 0,
        mode: 'standalone',
        primary: null,
        rdb_last_save_status: 'ok',
        rdb_last_save_time: /^\d{4}-.*Z$/,
        role: 'primary',
        uptime_seconds: Number,
        used_memory_bytes: Number
      }
    })
    t.same(await datastore.cluster(), { id: `redis-${runId}`, displayName: 'Orders', attributes: {} })
    t.same(await datastore.version(), { number: await primary.info('redis_version'), checkout: null, extra: null })
    t.match(await datastore.shards(), [{ id: 'data', role: 'primary', commitOffset: { unit: { unit: 'offset' } }, lag: null }])
  })

  t.test('a node of a cluster has an id that it keeps, and a shard named by its slots', async t => {
    const { driver: { datastore } } = await openSubject(t, cluster.settings)
    const { driver: ofReplica } = await openSubject(t, clusterReplica.settings)

    t.equal((await datastore.node()).id, await cluster.cli('cluster', 'myid'))
    t.match(await datastore.shards(), [{ id: '0-16383', role: 'primary' }])
    t.match(await ofReplica.datastore.shards(), [{ id: '0-16383', role: 'secondary' }], 'a replica has those of its primary')
    t.match(await ofReplica.datastore.node(), { status: 'HEALTHY', attributes: { mode: 'cluster', role: 'replica' } })
  })

  t.test('a cluster that does not serve is UNHEALTHY, and a node without slots is in none', async t => {
    const lone = await startClusterNode(t)
    const { driver: { datastore } } = await openSubject(t, lone.settings)

    t.match(await datastore.node(), { status: 'NOT_IN_CLUSTER', statusReason: /has no slots/ })
    t.same(await datastore.shards(), [])

    await lone.cli('cluster', 'addslotsrange', '0', '4', '6', '6', '9', '16383')
    t.match(await datastore.node(), { status: 'UNHEALTHY', statusReason: /cluster_state fail/ })
    t.match(await datastore.shards(), [{ id: '0-4,6,9-16383' }])
  })

  t.test('connections are few, are kept, and are gone after the closing', async t => {
    const { driver: { datastore } } = await openSubject(t, replica.settings)
    const ours = async (server: RedisServer): Promise<number> =>
      (await server.cli('client', 'list')).split('\n').filter(line => line.includes(' name=steward ')).length
    await eventually('those of earlier tests are gone', async () => await ours(replica) + await ours(primary) === 0)

    for (let round = 0; round < 5; round++) {
      await Promise.all([datastore.node(), datastore.cluster(), datastore.version(), datastore.shards()])
    }

    t.equal(await ours(replica), 1)
    t.equal(await ours(primary), 1, 'one more to the primary, for the lag')
    await datastore.close()
    await eventually('they are gone', async () => await ours(replica) + await ours(primary) === 0)
    t.match(await datastore.node(), { status: 'UNAVAILABLE', statusReason: /has been closed/ })
  })

  t.test('a connection that was killed is made anew', async t => {
    const { driver: { datastore } } = await openSubject(t, primary.settings)
    await datastore.node()

    t.equal(await primary.cli('client', 'kill', 'type', 'normal'), '1')

    await eventually('it answers', async () => (await datastore.node()).status === 'HEALTHY')
  })

  t.test('a connection that has gone silent is given up, and the next question gets another', async t => {
    const proxy = await startTcpServer(t, near => {
      if (proxy.connections() === 1) return
      const far = connect(primary.port, '127.0.0.1')
      near.pipe(far).on('error', () => {}).pipe(near)
    })
    const settings = { ...primary.settings, port: proxy.port }
    const { driver: { datastore } } = await openSubject(t, settings, { timeoutMs: 1000 })

    t.match(await datastore.node(), { status: 'UNAVAILABLE', statusReason: /did not answer in time \(0.9 s\)/ })
    t.match(await datastore.node(), { status: 'HEALTHY' })
  })

  t.test('a user of its own, and a password file that changes', async t => {
    const file = join(temporaryFolder(t), 'password')
    const settings = { ...primary.settings, password: null, username: 'agent', password_file: file }
    const allow = async (secret: string): Promise<unknown> =>
      await primary.cli('acl', 'setuser', 'agent', 'reset', 'on', `>${secret}`, '+info', '+client|setname')
    const { driver: { datastore }, run } = await openSubject(t, settings)

    t.match(await datastore.node(), { status: 'UNAVAILABLE', statusReason: /password_file names cannot be read/ })
    await allow('first-secret')
    writeFileSync(file, 'first-secret\n')
    t.match(await datastore.node(), { status: 'HEALTHY' })
    t.match(await run('save').outcome, {
      state: 'FAILED',
      payload: { error: /does not allow the user agent/, variant: 'NOPERM', reason: 'error', layers: [/bgsave/] }
    })

    await allow('second-secret')
    await primary.cli('client', 'kill', 'user', 'agent')
    const refusal = /refuses the login of the user agent/
    await eventually('it is refused', async () => refusal.test((await datastore.node()).statusReason ?? ''))
    writeFileSync(file, 'second-secret\n')
    t.match(await datastore.node(), { status: 'HEALTHY' })
  })

  t.test('a server that wants a login, and gets none', async t => {
    const { driver: { datastore } } = await openSubject(t, { ...primary.settings, password: null })

    t.match(await datastore.node(), { status: 'UNAVAILABLE', statusReason: /wants a login, and no password is configured/ })
  })

  t.test('a password file that is empty is no password, and one that would never end is not opened', async t => {
    const file = join(temporaryFolder(t), 'password')
    const settings = { ...primary.settings, password: null, password_file: file }
    const { driver: { datastore } } = await openSubject(t, settings)

    writeFileSync(file, '\nsecond line\n')
    t.match(await datastore.node(), { status: 'UNAVAILABLE', statusReason: /first line of the file that password_file names is empty/ })
    rmSync(file)
    const pipe = makePipe(dirname(file), 'password')
    t.match(await datastore.node(), { status: 'UNAVAILABLE', statusReason: new RegExp(`${pipe} is no regular file`) })
  })

  t.test('a server that repeats what it does not understand does not make the password seen', async t => {
    const file = join(temporaryFolder(t), 'redis.conf')
    writeFileSync(file, 'rename-command AUTH ""\n')
    const { settings } = await startRedis(t, { file })
    // It repeats the beginning of long ones.
    for (const secret of [password, 'correct-horse-'.repeat(100)]) {
      const { driver: { datastore }, run } = await openSubject(t, { ...settings, password: secret })

      const outcome = await run('save').outcome
      const error = await datastore.version().then(() => null, (error: unknown) => error)

      t.match(outcome, { state: 'FAILED', payload: { layers: ["ERR unknown command 'AUTH', with args beginning with: ***"] } })
      t.notMatch(inspect([outcome, error, await datastore.node()], { depth: null }), password, 'the password is not seen')
    }
  })

  t.test('a Sentinel is told nothing', async t => {
    let heard = ''
    const info = 'redis_version:7.0.15\r\nredis_mode:sentinel\r\nrun_id:1\r\n'
    const { port } = await startTcpServer(t, socket => {
      socket.on('data', data => {
        heard += String(data)
        socket.write(String(data).includes('INFO') ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n')
      })
    })
    const { driver: { datastore }, run } = await openSubject(t, settingsOf({ port }))

    t.match(await datastore.node(), { status: 'UNAVAILABLE', statusReason: /is a Sentinel/ })
    for (const name of ['stop', 'promote']) {
      t.match(await run(name).outcome, { state: 'FAILED', payload: { error: /is a Sentinel/, variant: 'SENTINEL', reason: 'error' } })
    }
    t.notMatch(heard, /SHUTDOWN/)
  })

  t.test('what is no Redis server is not taken for one', async t => {
    const asked = async (reply: (commands: number) => string): Promise<void> => {
      const { port } = await startTcpServer(t, socket => {
        socket.on('data', data => { socket.write(reply(String(data).split(/(?=\*\d)/).length)) })
      })
      const { driver: { datastore }, run } = await openSubject(t, settingsOf({ port }))
      t.match(await datastore.node(), { status: 'UNAVAILABLE', statusReason: /no Redis server|as a Redis server would/ })
      t.match(await run('save').outcome, { state: 'FAILED', payload: { variant: 'NO_REDIS' } })
    }

    await asked(commands => '$-1\r\n'.repeat(commands))
    await asked(commands => '+OK\r\n'.repeat(commands))
    await asked(() => 'HTTP/1.1 400 Bad Request\r\n\r\n')
  })

  t.test('a last save that has failed makes the node UNHEALTHY', async t => {
    const { driver: { datastore } } = await openSubject(t, primary.settings)
    mkdirSync(join(primary.folder, 'dump.rdb'))

    await primary.cli('bgsave')

    await eventually('it says so', async () => (await datastore.node()).status === 'UNHEALTHY')
    t.match(await datastore.node(), { statusReason: /last save of the RDB file has failed/, attributes: { rdb_last_save_status: 'err' } })
  })

  t.test('a parameter that is a secret is never allowed, and the log says so', async t => {
    const { log, lines } = recordLog()
    const { kind } = await openSubject(t, { ...primary.settings, config_set: ['requirepass', 'hz'] }, { log })

    t.match(lines(), [/requirepass/])
    t.notMatch(JSON.stringify(kind('config-set').args), /requirepass/)
    const { driver } = await openSubject(t, { ...primary.settings, config_set: [] })
    t.notMatch(driver.kinds.map(({ kind }) => kind), [/config-set/], 'without any there is no such kind')
  })

  t.test('a server that loads its data is UNAVAILABLE, and well when it has', async t => {
    const server = await startRedis(t, { args: ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024'] })
    const { driver: { datastore } } = await openSubject(t, server.settings)
    const { id } = await datastore.node()
    await addKeys(server, 20_000)
    await server.cli('save')
    await server.crash()
    t.match(await datastore.node(), { id, status: 'UNAVAILABLE', statusReason: /nothing listens there \(ECONNREFUSED\)/ })

    await server.start(/Loading RDB/)
    t.match(await datastore.node(), { id, status: 'UNAVAILABLE', statusReason: /is loading its data \(\d+ %\)/ })
    await t.rejects(datastore.shards(), { code: 'datastore-unavailable', message: /is loading its data/ })

    await server.cli('config', 'set', 'key-load-delay', '0')
    await eventually('it is well', async () => (await datastore.node()).status === 'HEALTHY')
    t.equal((await datastore.node()).id, await server.info('run_id'), 'another run has another id')
  })

  t.test('by a Unix socket', async t => {
    const folder = temporaryFolder(t)
    const socket = join(folder, 'redis.sock')
    const server = await startRedis(t, { args: ['--unixsocket', socket] })
    const { driver: { datastore } } = await openSubject(t, settingsOf({ host: socket, port: 1 }))

    t.match(await datastore.node(), { id: await server.info('run_id'), status: 'HEALTHY' })
    await server.stop()
    // The first to ask may still find the connection that has just ended.
    const nothing = /redis\.sock takes no connections.*ENOENT/
    await eventually('nothing listens', async () => nothing.test((await datastore.node()).statusReason ?? ''))
  })

  t.test('with TLS', async t => {
    const folder = temporaryFolder(t)
    const { ca, key, cert } = makeCertificates(folder)
    const [port = 0] = await freePorts(1)
    const server = await startRedis(t, {
      args: [
        '--port', '0', '--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', ca,
        '--tls-auth-clients', 'no'
      ],
      cliArgs: ['-p', String(port), '--tls', '--cacert', ca]
    })
    const status = async (settings: Parameters<typeof settingsOf>[0]) =>
      await (await openSubject(t, settingsOf(settings))).driver.datastore.node()

    t.match(await status({ port, tls: 'verify-full', tls_ca: ca }), { id: await server.info('run_id'), status: 'HEALTHY' })
    t.match(await status({ port, tls: 'require' }), { status: 'HEALTHY' })
    t.match(await status({ port, tls: 'verify-full' }), { status: 'UNAVAILABLE', statusReason: /cannot be reached \(\w+\)/ })
    t.match(await status({ port, tls: 'verify-full', tls_ca: ca, host: 'localhost' }), { status: 'UNAVAILABLE', statusReason: /ALTNAME/ })
    t.match(await status({ port, tls: 'verify-full', tls_ca: '/nowhere' }), { statusReason: /tls_ca names cannot be read/ })
    t.match(await status({ port }), { status: 'UNAVAILABLE', statusReason: /has closed the connection/ })
  })
}

/** Resolves when a cluster serves, which it begins some time after its start. */
async function serves (cluster: RedisServer): Promise<void> {
  await eventually('the cluster serves', async () => (await cluster.cli('cluster', 'info')).includes('cluster_state:ok'))
}

/** The bus is on a port of its own: by default it is ten thousand above the other, where there may be none. */
async function startClusterNode (t: Test): Promise<RedisServer & { readonly bus: number }> {
  const [bus = 0] = await freePorts(1)
  return { ...await startRedis(t, { args: ['--cluster-enabled', 'yes', '--cluster-port', String(bus)] }), bus }
}

/** Makes a node a replica of another one. */
async function joinCluster (node: RedisServer, primary: RedisServer & { readonly bus: number }): Promise<void> {
  const { port, bus, cli } = primary
  await node.cli('cluster', 'meet', '127.0.0.1', String(port), String(bus))
  const id = await cli('cluster', 'myid')
  await eventually('it is a replica', async () => await node.cli('cluster', 'replicate', id) === 'OK')
  await linked(node)
}

/** A certificate of 127.0.0.1, by an authority of its own. */
function makeCertificates (folder: string): { ca: string, key: string, cert: string } {
  const [ca, caKey, key, csr, cert, ext] = ['ca.crt', 'ca.key', 'key', 'csr', 'crt', 'ext'].map(name => join(folder, name)) as
    [string, string, string, string, string, string]
  const openssl = (...args: string[]): void => { execFileSync('openssl', args, { stdio: 'ignore' }) }
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  writeFileSync(ext, 'subjectAltName = IP:127.0.0.1')
  openssl('req', '-x509', ...fresh, '-subj', '/CN=test authority', '-days', '1', '-keyout', caKey, '-out', ca)
  openssl('req', ...fresh, '-subj', '/CN=redis', '-keyout', key, '-out', csr)
  openssl('x509', '-req', '-in', csr, '-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '1', '-extfile', ext, '-out', cert)
  return { ca, key, cert }
}
