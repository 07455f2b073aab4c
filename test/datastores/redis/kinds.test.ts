import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ajvPackage from 'ajv'
import t, { type Test } from 'tap'
import type { JsonObject } from '../../../src/domain/json.js'
import { kindContract } from '../../contracts/kind.js'
import { temporaryFolder } from '../../support/engine.js'
import { eventually } from '../../support/eventually.js'
import { addKeys, linked, noRedis, settingsOf, startRedis, type RedisServer } from '../../support/redis.js'
import { startLinkProxy } from './link-proxy.js'
import { openSubject } from './support.js'

/** Enough for a save that can be slowed down to some seconds. */
const keyCount = 10_000

if (noRedis !== false) t.plan(0, noRedis)
else await suites()

async function suites (): Promise<void> {
  const server = await startRedis(t)
  const { run } = await openSubject(t, server.settings)
  await addKeys(server, keyCount)

  /** Makes the server's child processes take some seconds from now on, until the test's end. */
  const slowly = async (t: Test, microseconds = 100): Promise<void> => {
    await server.cli('config', 'set', 'rdb-key-save-delay', String(microseconds))
    t.teardown(async () => {
      await server.cli('config', 'set', 'rdb-key-save-delay', '0')
      killChild(server, 'USR1')
      await idle(server)
    })
  }

  await contracts(server)

  for (const [name, command] of [['save', 'bgsave'], ['rewrite-aof', 'bgrewriteaof']] as const) {
    t.test(`${name} tells how far it is`, async t => {
      // At least three seconds, in which the server's child tells three times.
      await slowly(t, 300)

      const { outcome, reported } = run(name)

      t.match(await outcome, { state: 'DONE', payload: { seconds: Number, cow_bytes: Number } })
      const keys = reported.map(payload => Number((payload as JsonObject)['keys_done']))
      t.ok(keys.length >= 2 && keys.length <= 200, `${keys.length} times`)
      t.same(keys, keys.toSorted((a, b) => a - b), 'it never goes back')
      t.match(reported.at(-1), { stage: /save|rewrite/, keys_total: keyCount, seconds: Number, cow_bytes: Number })
    })

    t.test(`${name} follows one that runs already, and says so`, async t => {
      await slowly(t)
      await server.cli(command)

      const { outcome } = run(name)

      t.match(await outcome, { state: 'DONE', payload: { message: /was running already and was followed/ } })
    })

    t.test(`${name} fails when the child process is killed`, async t => {
      await slowly(t)
      const { outcome, onReport } = run(name)
      onReport(() => { killChild(server, 'KILL') })

      t.match(await outcome, { state: 'FAILED', payload: { error: /its log says why/, layers: [/_status: err$/], reason: 'error' } })
    })

    t.test(`${name} ends when it is cancelled, and the server goes on`, async t => {
      await slowly(t)
      const { outcome, onReport, abort } = run(name)
      onReport(() => { abort('cancelled') })

      await t.rejects(outcome, 'cancelled')

      t.equal(await server.info(name === 'save' ? 'rdb_bgsave_in_progress' : 'aof_rewrite_in_progress'), '1')
    })

    t.test(`${name} goes on when only its connection is killed`, async t => {
      await slowly(t)
      const { outcome, onReport } = run(name)
      onReport(async () => { await server.cli('client', 'kill', 'type', 'normal', 'skipme', 'yes') })

      t.match(await outcome, { state: 'DONE' })
    })
  }

  t.test('save leaves a file, and tells when', async t => {
    const { outcome } = run('save')

    const { payload } = await outcome
    t.match(payload, { saved_at: /^\d{4}-.*Z$/ })
    const age = statSync(join(server.folder, 'dump.rdb')).mtimeMs - Date.parse(String((payload as JsonObject)['saved_at']))
    t.ok(Math.abs(age) < 5000)
  })

  t.test('save waits for a rewrite that is in its way', async t => {
    await slowly(t)
    await server.cli('bgrewriteaof')

    const { outcome, reported } = run('save')

    t.match(await outcome, { state: 'DONE' })
    t.match(reported[0], { stage: 'waiting' })
    t.match(reported.at(-1), { stage: 'save' })
  })

  t.test('rewrite-aof waits for a save that is in its way, and says when the file is switched off', async t => {
    await slowly(t)
    await server.cli('bgsave')

    const { outcome, reported } = run('rewrite-aof')

    t.match(await outcome, { state: 'DONE', payload: { message: /switched off/, aof_bytes: null } })
    t.match(reported[0], { stage: 'waiting' })
    await server.cli('config', 'set', 'rdb-key-save-delay', '0', 'appendonly', 'yes')
    t.teardown(async () => { await server.cli('config', 'set', 'appendonly', 'no') })
    await idle(server)
    const { payload } = await run('rewrite-aof').outcome
    t.ok(Number((payload as JsonObject)['aof_bytes']) > 0)
    t.notOk(Object.hasOwn(payload as JsonObject, 'message'))
  })

  t.test('a save that ended without a file is no save', async t => {
    await slowly(t)
    const { outcome, onReport } = run('save')
    // With this signal the server ends it by itself, and does not count it as a failure.
    onReport(() => { killChild(server, 'USR1') })

    t.match(await outcome, { state: 'FAILED', payload: { error: /ended before it was finished/, variant: 'BGSAVE' } })
  })

  t.test('a save that cannot be written fails', async t => {
    const other = await startRedis(t)
    mkdirSync(join(other.folder, 'dump.rdb'))
    const { run } = await openSubject(t, other.settings)

    t.match(await run('save').outcome, { state: 'FAILED', payload: { layers: ['rdb_last_bgsave_status: err'], reason: 'error' } })
  })

  t.test('a server that is killed in the middle fails the action, and the next one works again', async t => {
    const other = await startRedis(t, { args: ['--rdb-key-save-delay', '1000'] })
    await addKeys(other, 20_000)
    const { driver: { datastore }, run } = await openSubject(t, other.settings, { nodeId: 'node-1' })
    const { outcome, onReport } = run('save')
    onReport(other.crash)

    const { payload } = await outcome
    t.match(payload, { error: /^Redis at .*\.$/, layers: [/./], reason: 'unavailable' })
    t.match(await datastore.node(), { status: 'UNAVAILABLE' })
    for (const name of ['save', 'rewrite-aof', 'promote']) {
      t.match(await run(name).outcome, { state: 'FAILED', payload: { error: /nothing listens there/, variant: 'ECONNREFUSED', reason: 'unavailable' } })
    }

    await other.start()
    t.match(await datastore.node(), { status: 'HEALTHY' })
    t.match(await run('save').outcome, { state: 'DONE' })
  })

  t.test('a server that was restarted in the middle is not believed to have saved', async t => {
    const other = await startRedis(t, { args: ['--rdb-key-save-delay', '1000'] })
    await addKeys(other, 20_000)
    const { run } = await openSubject(t, other.settings)
    const { outcome, onReport } = run('save')
    onReport(async () => {
      await other.crash()
      await other.start()
    })

    t.match(await outcome, { state: 'FAILED', payload: { error: /restarted meanwhile/, variant: 'RESTARTED', reason: 'unavailable' } })
  })

  t.test('the user of the documentation may do all of it', async t => {
    const page = readFileSync(new URL('../../../docs/redis.md', import.meta.url), 'utf8')
    const rule = /^ACL SETUSER steward (.*)$/m.exec(page)?.[1]?.replace('PASSWORD', 'secret').split(' ') ?? []
    const other = await startRedis(t, { file: emptyFile(t) })
    await other.cli('acl', 'setuser', 'steward', ...rule)
    const { driver, run } = await openSubject(t, {
      ...other.settings, username: 'steward', password: 'secret', primaries: [`127.0.0.1:${server.port}`]
    })
    const args = { 'config-set': { parameters: { hz: 20 }, rewrite: true }, 'replica-of': { host: '127.0.0.1', port: server.port } }

    t.match(await driver.datastore.node(), { status: 'HEALTHY' })
    for (const name of ['save', 'rewrite-aof', 'config-set', 'replica-of', 'promote', 'stop']) {
      const { outcome } = run(name, { args: args[name as keyof typeof args] ?? {} })
      t.match(await outcome, { state: 'DONE' }, name)
    }
  })

  configSet(server)
  stopping()
}

async function contracts (server: RedisServer): Promise<void> {
  const { kind } = await openSubject(t, server.settings)
  for (const name of ['save', 'rewrite-aof']) kindContract(t, kind(name), { run: () => ({}), badArgs: [{ other: 1 }, null] })
  kindContract(t, kind('promote'), { run: () => ({}), badArgs: [{ only_in_sync: 'yes' }, { force: true }, null] })
  kindContract(t, kind('config-set'), {
    run: () => ({ args: { parameters: { hz: 20, maxmemory: '100mb' } } }),
    badArgs: [{}, { parameters: {} }, { parameters: { dir: '/' } }, { parameters: { requirepass: 'x' } }, { parameters: { hz: null } }]
  })
  const replica = await startRedis(t)
  const { kind: ofReplica } = await openSubject(t, replica.settings)
  kindContract(t, ofReplica('replica-of'), {
    run: () => ({ args: { host: '127.0.0.1', port: server.port } }),
    badArgs: [{}, { host: 'a' }, { host: '', port: 1 }, { host: 'a b', port: 1 }, { host: 'a', port: 0 }, { host: 'a', port: 1, timeout_seconds: 0 }]
  })
  const stopped = await startRedis(t)
  const { kind: ofStopped } = await openSubject(t, stopped.settings)
  kindContract(t, ofStopped('stop'), {
    run: () => ({}), badArgs: [{ save: 'never' }, { timeout_seconds: 0 }, { other: 1 }, null]
  })
}

function configSet (server: RedisServer): void {
  t.test('config-set takes the parameters of the settings, and no others', async t => {
    const { kind } = await openSubject(t, { ...server.settings, config_set: ['hz', 'masterauth'] })
    const validate = new ajvPackage.Ajv({ strictTypes: false }).compile(kind('config-set').args)

    t.ok(validate({ parameters: { hz: 20 } }))
    t.notOk(validate({ parameters: { maxmemory: 1 } }))
    t.notOk(validate({ parameters: { masterauth: 'x' } }))
  })

  t.test('config-set tells what was and what is', async t => {
    const { run } = await openSubject(t, { ...server.settings, config_set: ['maxmemory', 'activerehashing'] })
    await server.cli('config', 'set', 'maxmemory', '0')
    const args = { parameters: { maxmemory: '200mb', activerehashing: false } }
    const after = { parameters: { maxmemory: { before: '0', after: '209715200' }, activerehashing: { before: 'yes', after: 'no' } } }

    const { outcome, reported } = run('config-set', { args })
    t.same((await outcome).payload, { ...after, rewritten: false })
    t.equal(await server.cli('config', 'get', 'maxmemory'), 'maxmemory\n209715200')

    const again = run('config-set', { args, statePayload: reported[0] ?? null, resumed: true })
    t.same((await again.outcome).payload, { ...after, rewritten: false }, 'also when it was interrupted')
  })

  t.test('config-set sets all or nothing', async t => {
    const { run } = await openSubject(t, { ...server.settings, config_set: ['maxmemory', 'hz', 'no-such-thing'] })
    await server.cli('config', 'set', 'maxmemory', '0')

    t.match(await run('config-set', { args: { parameters: { maxmemory: 1_000_000, hz: 'often' } } }).outcome, {
      state: 'FAILED',
      payload: {
        error: /refuses the parameters/,
        layers: [/refuses the command/, /argument.*hz/],
        variant: 'ERR',
        reason: 'error',
        parameters: { maxmemory: { before: '0', after: '0' } }
      }
    })
    t.match(await run('config-set', { args: { parameters: { maxmemory: 1_000_000, 'no-such-thing': 1 } } }).outcome, {
      state: 'FAILED', payload: { error: /knows no parameter named no-such-thing/ }
    })
    t.equal(await server.cli('config', 'get', 'maxmemory'), 'maxmemory\n0')
  })

  t.test('config-set writes to the file of the server, where it has one', async t => {
    const args = { parameters: { hz: 42 }, rewrite: true }
    const { run } = await openSubject(t, server.settings)
    t.match(await run('config-set', { args }).outcome, {
      state: 'FAILED',
      payload: { error: /are set .* could not be written/, layers: [/./, /without a config file/], parameters: { hz: { after: '42' } }, rewritten: false }
    })

    const file = emptyFile(t)
    const other = await startRedis(t, { file })
    const { run: runThere } = await openSubject(t, other.settings)
    t.match(await runThere('config-set', { args }).outcome, { state: 'DONE', payload: { rewritten: true } })
    t.match(readFileSync(file, 'utf8'), /^hz 42$/m)
  })
}

function stopping (): void {
  const stopped = { state: 'DONE', payload: { message: /The server has stopped/ } }

  t.test('stop ends the process, and has nothing to do when there is none', async t => {
    const server = await startRedis(t)
    await addKeys(server, 10)
    const { run } = await openSubject(t, server.settings)

    t.match(await run('stop', { args: { save: 'save' } }).outcome, stopped)
    await server.ended()
    t.ok(statSync(join(server.folder, 'dump.rdb')).size > 0, 'and it has saved')
    t.match(await run('stop').outcome, { state: 'DONE', payload: { message: /has stopped already/ } })
  })

  t.test('stop fails with the words of a server that refuses', async t => {
    const server = await startRedis(t)
    mkdirSync(join(server.folder, 'dump.rdb'))
    const { run } = await openSubject(t, server.settings)

    t.match(await run('stop', { args: { save: 'save' } }).outcome, {
      state: 'FAILED', payload: { layers: [/Errors trying to SHUTDOWN/], variant: 'ERR', reason: 'error' }
    })
    t.match(await run('stop', { args: { save: 'nosave' } }).outcome, stopped)
  })

  t.test('stop says when something starts the server again', async t => {
    const server = await startRedis(t)
    const { port } = await startLinkProxy(t, server.port)
    const { run } = await openSubject(t, settingsOf({ port }))

    const { outcome } = run('stop')
    await server.ended()
    await server.start()

    t.match(await outcome, { state: 'FAILED', payload: { error: /started it again/, variant: 'RESTARTED' } })
  })

  t.test('stop is given up in time, or when it is cancelled, as long as the server waits for a replica', async t => {
    const server = await startRedis(t, { args: ['--shutdown-timeout', '600'] })
    const replica = await startRedis(t, { replicaOf: server })
    await linked(replica)
    const { driver: { datastore }, run } = await openSubject(t, server.settings)
    replica.hold()
    await addKeys(server, 10)

    t.match(await run('stop', { args: { timeout_seconds: 1 } }).outcome, {
      state: 'FAILED', payload: { error: /has not stopped in time/, variant: 'TIMEOUT', reason: 'timeout' }
    })
    t.equal(await server.info('shutdown_in_milliseconds'), undefined, 'the server has given it up')

    const { outcome, abort } = run('stop')
    await eventually('it is stopping', async () => await server.info('shutdown_in_milliseconds') !== undefined)
    t.match(await datastore.node(), { status: 'HEALTHY' }, 'meanwhile it answers')
    abort('cancelled')
    await t.rejects(outcome, 'cancelled')
    t.equal(await server.info('shutdown_in_milliseconds'), undefined)

    const last = run('stop')
    await eventually('it is stopping', async () => await server.info('shutdown_in_milliseconds') !== undefined)
    replica.release()
    t.match(await last.outcome, stopped, 'it stops when the replica has caught up')
  })
}

/** A redis.conf, so that the server has one. */
function emptyFile (t: Test): string {
  const file = join(temporaryFolder(t), 'redis.conf')
  writeFileSync(file, '')
  return file
}

/** Resolves when the server has no child process any more. */
async function idle (server: RedisServer): Promise<void> {
  for (const child of ['rdb_bgsave_in_progress', 'aof_rewrite_in_progress', 'aof_rewrite_scheduled']) {
    await eventually('the child process has ended', async () => await server.info(child) === '0')
  }
}

/** Sends a signal to the server's child process, if there is one. */
function killChild (server: RedisServer, signal: string): void {
  const children = readFileSync(`/proc/${server.pid()}/task/${server.pid()}/children`, 'utf8').trim()
  if (children !== '') execFileSync('kill', ['-s', signal, ...children.split(' ')])
}
