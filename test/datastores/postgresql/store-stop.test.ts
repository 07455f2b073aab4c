import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { kindContract } from '../../contracts/kind.js'
import { temporaryFolder } from '../../support/engine.js'
import { createKindContext } from '../../support/kind-context.js'
import { noPostgresql, startPostgresql } from '../../support/postgresql.js'
import { isRunning } from '../../support/processes.js'
import { createBeside } from './beside.js'

const isRoot = process.getuid?.() === 0

t.test('stopping a PostgreSQL server', { skip: noPostgresql }, async t => {
  const server = await startPostgresql(t)
  const { driver, kind } = createBeside(t, server.settings)
  const stop = kind('store.stop')

  /** Somebody who is connected, until the test ends or the server ends it. */
  async function connect (t: Test): Promise<Client> {
    const { host, port, user, database, password } = server.settings
    const client = new Client({ host, port, user, database, password: password ?? '' })
    client.on('error', () => {})
    await client.connect()
    t.teardown(() => client.end().catch(() => {}))
    return client
  }

  kindContract(t, stop, {
    run: () => ({ args: { mode: 'fast', timeout_seconds: 30 } }),
    badArgs: [{ mode: 'hard' }, { timeout_seconds: 0 }, { timeout: 1 }]
  })

  t.test('it stops a server in use, by the agent too, and says which process that was', async t => {
    await server.start()
    await connect(t)
    t.equal((await driver.datastore.node()).status, 'HEALTHY')
    const pid = Number(readFileSync(join(server.dataDir, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
    const { context, reported } = createKindContext()

    const outcome = await stop.run(context)

    t.same(outcome, { state: 'DONE', payload: { mode: 'fast', message: 'stopped', pid } })
    t.same(reported, [{ mode: 'fast', message: 'stopping', pid }])
    t.notOk(isRunning(pid))
    t.equal((await driver.datastore.node()).status, 'UNAVAILABLE')
    t.match(server.log(), /received fast shutdown request[^]*database system is shut down/)
  })

  t.test('it does nothing to a server that has stopped', async t => {
    t.match(await stop.run(createKindContext().context), { state: 'DONE', payload: { message: 'already stopped', pid: null } })
  })

  t.test('a run that was interrupted while it stopped says what it has done', async t => {
    const statePayload = { mode: 'fast', message: 'stopping', pid: 4711 }
    t.match(await stop.run(createKindContext({ statePayload }).context), { state: 'DONE', payload: { message: 'stopped', pid: 4711 } })
  })

  t.test('one that waits for connections to end fails when they do not, and stops later', async t => {
    await server.start()
    const client = await connect(t)

    const outcome = await stop.run(createKindContext({ args: { mode: 'smart', timeout_seconds: 1 } }).context)

    t.match(outcome, { state: 'FAILED', payload: { error: /did not stop within 1 s/, layers: [/does not shut down/], reason: 'error' } })
    t.match(await client.query('select 1 as one'), { rows: [{ one: 1 }] }, 'the connection lives')
    await client.end()
    t.match(await stop.run(createKindContext().context), { state: 'DONE' })
  })

  t.test('one that waits for connections to end does not wait for the agent, whatever is asked meanwhile', async t => {
    await server.start()
    t.equal((await driver.datastore.node()).status, 'HEALTHY')
    const { context } = createKindContext({ args: { mode: 'smart', timeout_seconds: 20 } })
    const state = { over: false }
    const stopping = stop.run(context).finally(() => { state.over = true })

    while (!state.over) await Promise.race([driver.datastore.node(), stopping])

    t.match(await stopping, { state: 'DONE', payload: { mode: 'smart', message: 'stopped' } })
  })

  t.test('it ends when it is cancelled, and the server may go on', async t => {
    await server.start()
    await connect(t)
    const { context, abort, onReport } = createKindContext({ args: { mode: 'smart' } })
    onReport(() => { abort('cancelled') })

    t.equal(await stop.run(context).catch((reason: unknown) => reason), 'cancelled')

    t.match(await stop.run(createKindContext({ args: { mode: 'immediate' } }).context), { state: 'DONE' })
  })

  t.test('a folder that is not the server\'s is noticed', async t => {
    await server.start()
    const folder = temporaryFolder(t)
    const none = createBeside(t, { ...server.settings, data_dir: join(folder, 'none') })
    t.match(await none.kind('store.stop').run(createKindContext().context),
      { state: 'FAILED', payload: { error: /No server runs on .*\/none, yet one answers/ } })

    writeFileSync(join(folder, 'file'), '')
    const other = createBeside(t, { ...server.settings, data_dir: folder })
    t.match(await other.kind('store.stop').run(createKindContext().context),
      { state: 'FAILED', payload: { error: /cannot be told.*data_dir/, layers: [/\w/] } })
  })

  t.test('an agent that is root says which user the programs need', { skip: isRoot ? false : 'needs root' }, async t => {
    const { kind } = createBeside(t, { ...server.settings, os_user: null })
    t.match(await kind('store.stop').run(createKindContext().context),
      { state: 'FAILED', payload: { error: /refuses to run as root\. Set os_user/ } })
  })

  t.test('without a data folder there is no such kind', async t => {
    const { driver } = createBeside(t, { ...server.settings, data_dir: null })
    t.equal(driver.stop, null)
    t.notOk(driver.kinds.some(({ kind }) => kind === 'agent.replicante.io/cluster.join'))
  })
})
