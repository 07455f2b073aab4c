import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import type { JsonObject } from '../../../src/domain/json.js'
import type { ActionKind, Outcome } from '../../../src/domain/kind.js'
import type { Supervisor } from '../../../src/domain/ports/supervisor.js'
import { kindContract } from '../../contracts/kind.js'
import { eventually } from '../../support/eventually.js'
import { createKindContext, fakeActionId, type FakeRun } from '../../support/kind-context.js'
import { noPostgresql, startPostgresql, startStandby } from '../../support/postgresql.js'
import { createBeside } from './beside.js'

t.test('a PostgreSQL node that joins a cluster', { skip: noPostgresql }, async t => {
  // The clone is started by pg_ctl, which knows nothing of the folder of the test's sockets.
  const primary = await startPostgresql(t, { config: { unix_socket_directories: '' } })
  await primary.sql('create table word as select i, md5(i::text) as text from generate_series(1, 100000) as i')
  // No superuser: what docs/postgresql.md asks for is enough.
  await primary.sql("create role steward login replication password 'pw-4713'")
  await primary.sql('grant pg_monitor to steward')
  const standby = await startStandby(t, primary)
  const settings = { ...standby.settings, user: 'steward', password: 'pw-4713' }
  const peers = { 'db-1': `127.0.0.1:${primary.port}` }
  const node = createBeside(t, { ...settings, peers })
  const [joinKind, stop] = [node.kind('cluster.join'), node.kind('store.stop')]
  const { dataDir } = standby
  const beside = (): string[] => readdirSync(dirname(dataDir)).filter(name => name.startsWith('data')).sort()
  const old = `${dataDir}.before-${fakeActionId}`

  const stopNode = async (): Promise<void> => { t.match(await stop.run(createKindContext().context), { state: 'DONE' }) }
  const run = async (options: FakeRun = {}, kind: ActionKind = joinKind): Promise<Outcome> =>
    await kind.run(createKindContext(options).context)

  /** Leaves the node stopped, with data of its own that can be told from a clone, and nothing beside it. */
  async function loseNode (mark = 'mark'): Promise<string> {
    await stopNode()
    for (const name of beside()) if (name.startsWith('data.')) rmSync(join(dirname(dataDir), name), { recursive: true })
    const path = join(dataDir, mark)
    mkdirSync(path)
    return path
  }

  /** What is written to the primary arrives. */
  async function follows (t: Test): Promise<void> {
    await primary.sql('insert into word (i) values (0)')
    const [row] = await primary.sql("select pg_current_wal_flush_lsn() - '0/0' as lsn")
    await eventually('the standby has it', async () => {
      const [shard] = await node.driver.datastore.shards()
      return shard?.role === 'secondary' && (shard.commitOffset?.value ?? 0n) >= BigInt(String(row?.['lsn']))
    })
    const names = await primary.sql("select application_name from pg_stat_replication where state = 'streaming'")
    t.same(names, [{ application_name: 'walreceiver' }], 'it goes by its own name, not by that of the action')
  }

  t.test('a node that streams from the primary already is left alone', async t => {
    t.match(await run(), { state: 'DONE', payload: { primary: 'db-1', message: 'streams from the primary already' } })
    t.same(beside(), ['data'])
  })

  t.test('a lost standby is rebuilt, with what it had kept aside', async t => {
    await standby.crash()
    rmSync(join(dataDir, 'global', 'pg_control'))
    const { context, reported } = createKindContext({ args: { primary: 'db-1' } })

    const outcome = await joinKind.run(context)

    t.same(outcome, {
      state: 'DONE',
      payload: { primary: 'db-1', message: 'streams from the primary', slot: null, data_dir_before: old }
    })
    t.same(beside(), ['data', basename(old), 'data.log'])
    t.ok(existsSync(join(old, 'PG_VERSION')) && !existsSync(join(old, 'global', 'pg_control')))
    const stages = (reported as JsonObject[]).map(({ stage }) => stage)
    t.same([...new Set(stages)], ['check', 'clone', 'swap', 'start', 'follow'])
    const bytes = (reported as JsonObject[]).flatMap(({ bytes_done: done }) => done === undefined ? [] : [Number(done)])
    t.ok(Number(bytes.at(-1)) > 1e7, 'bytes were counted')
    t.notOk(JSON.stringify([outcome, reported]).includes(settings.password))
    await follows(t)
    t.equal((await node.driver.datastore.node()).status, 'HEALTHY')
  })

  t.test('a server that runs, and does not follow the primary, is not touched', async t => {
    const other = await startPostgresql(t)
    const { kind } = createBeside(t, { ...other.settings, peers })
    t.match(await run({}, kind('cluster.join')), {
      state: 'FAILED',
      payload: { stage: 'check', error: /runs on .*store\.stop/, layers: [/is no standby/], reason: 'error' }
    })
    t.ok(await other.sql('select 1'))
  })

  for (const stage of ['clone', 'swap', 'start', 'follow']) {
    t.test(`a run that was interrupted at the stage "${stage}" goes on`, async t => {
      const mark = await loseNode(`mark-${stage}`)
      const first = createKindContext({ args: { slot: 'node_2' } })
      first.onReport(payload => {
        if ((payload as JsonObject)['stage'] !== stage) return
        first.abort('shutdown')
        first.context.signal.throwIfAborted()
      })
      t.equal(await joinKind.run(first.context).catch((reason: unknown) => reason), 'shutdown')
      t.ok(existsSync(mark) || existsSync(join(old, basename(mark))), 'the old data is there all the time')
      const again = createKindContext({ args: { slot: 'node_2' }, statePayload: first.reported.at(-1) ?? null })

      t.match(await joinKind.run(again.context), { state: 'DONE', payload: { slot: 'node_2', data_dir_before: old } })

      t.ok(existsSync(join(old, basename(mark))))
      t.notOk(existsSync(`${dataDir}.joining`))
      t.match(await primary.sql('select slot_name from pg_replication_slots where active'), [{ slot_name: 'node_2' }])
      await follows(t)
    })
  }

  for (const renamed of [0, 1, 2]) {
    t.test(`a crash in the middle of the swap, after ${renamed} of its renamings, is overcome`, async t => {
      const mark = await loseNode()
      // What a run leaves that dies at once when it has told of the swap: the clone must not be tidied away.
      const kept = `${dataDir}.kept`
      const first = createKindContext()
      first.onReport(payload => {
        const { stage, clone } = payload as { stage: string, clone: string }
        if (stage !== 'swap') return
        renameSync(dirname(clone), kept)
        first.abort('cancelled')
      })
      await joinKind.run(first.context).catch(() => {})
      renameSync(kept, `${dataDir}.joining`)
      const statePayload = first.reported.find(payload => (payload as JsonObject)['stage'] === 'swap') as JsonObject
      mkdirSync(join(String(statePayload['clone']), 'mark-of-clone'))
      if (renamed > 0) renameSync(dataDir, old)
      if (renamed > 1) renameSync(String(statePayload['clone']), dataDir)

      t.match(await run({ statePayload }), { state: 'DONE', payload: { data_dir_before: old } })

      t.ok(existsSync(join(old, basename(mark))))
      t.ok(existsSync(join(dataDir, 'mark-of-clone')), 'nothing was cloned again')
      await follows(t)
    })
  }

  t.test('when the clone is lost in the middle of the swap, the old data goes back and another is made', async t => {
    const mark = await loseNode()
    renameSync(dataDir, old)
    const statePayload = { stage: 'swap', primary: 'db-1', slot: null, slot_made: false, clone: `${dataDir}.joining/gone`, data_dir_before: old }

    t.match(await run({ statePayload }), { state: 'DONE', payload: { data_dir_before: old } })

    t.ok(existsSync(join(old, basename(mark))))
    await follows(t)
  })

  t.test('an empty or missing data folder is filled', async t => {
    await loseNode()
    rmSync(dataDir, { recursive: true })
    t.match(await run(), { state: 'DONE', payload: { data_dir_before: null } })
    await follows(t)
    await stopNode()
    for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true })
    t.match(await run(), { state: 'DONE', payload: { data_dir_before: null } })
    await follows(t)
    t.same(beside(), ['data', 'data.log'])
  })

  t.test('a primary that was a standby itself does not hand its slot on', async t => {
    await loseNode()
    await primary.sql("alter system set primary_slot_name = 'of_its_own'")
    t.teardown(async () => { await primary.sql('alter system reset primary_slot_name') })

    t.match(await run(), { state: 'DONE', payload: { slot: null } })

    await follows(t)
  })

  t.test('a cancel while it clones leaves the old data, and no slot that the primary would keep its log for', async t => {
    const mark = await loseNode()
    const { context, abort, onReport } = createKindContext({ args: { slot: 'node_3', max_bytes_per_second: 4e6 } })
    onReport(payload => { if (Number((payload as JsonObject)['bytes_done'] ?? 0) > 0) abort('cancelled') })

    t.match(await joinKind.run(context), {
      state: 'FAILED', payload: { reason: 'cancelled', stage: 'clone', primary: 'db-1', slot: 'node_3' }
    })

    t.ok(existsSync(mark))
    t.same(beside(), ['data'])
    t.same(await primary.sql("select slot_name from pg_replication_slots where slot_name = 'node_3'"), [])
  })

  for (const obstacle of ['a server that follows by now', 'a cancel']) {
    t.test(`an interrupted run that does not go on, for ${obstacle}, leaves nothing here and on the primary`, async t => {
      await loseNode(`mark of ${obstacle}`)
      const args = { slot: 'node_4', max_bytes_per_second: 1e6 }
      const first = createKindContext({ args })
      // The agent has died: nobody ends the program, and nothing is tidied.
      const told = new Promise<JsonObject>(resolve => {
        first.onReport(async payload => {
          if (Number((payload as JsonObject)['bytes_done'] ?? 0) === 0) return
          resolve(payload as JsonObject)
          await new Promise(() => {})
        })
      })
      joinKind.run(first.context).catch(() => {})
      const statePayload = await told
      const again = createKindContext({ args, statePayload })
      if (obstacle === 'a cancel') again.abort('cancelled')
      else {
        await standby.start()
        await eventually('it streams', async () => (await node.driver.datastore.node()).status === 'HEALTHY')
      }

      t.match(await joinKind.run(again.context), obstacle === 'a cancel'
        ? { state: 'FAILED', payload: { reason: 'cancelled' } }
        : { state: 'DONE', payload: { message: /already/ } })

      t.same(beside(), ['data'])
      t.same(await primary.sql("select slot_name from pg_replication_slots where slot_name = 'node_4'"), [])
      t.same(await primary.sql("select pid from pg_stat_replication where application_name like 'steward %'"), [])
    })
  }

  t.test('a primary that is killed while it is cloned fails it, and the old data is as it was', async t => {
    const mark = join(dataDir, 'mark')
    const { context, onReport } = createKindContext({ args: { max_bytes_per_second: 4e6 } })
    let killed = false
    onReport(async payload => {
      if (killed || Number((payload as JsonObject)['bytes_done'] ?? 0) === 0) return
      killed = true
      await primary.crash()
    })

    const outcome = await joinKind.run(context)

    t.match(outcome, { state: 'FAILED', payload: { stage: 'clone', primary: 'db-1', error: /could not be copied/, reason: 'unavailable' } })
    t.match(JSON.stringify(outcome), /pg_basebackup: error/, 'in the words of the program')
    t.ok(existsSync(mark))
    t.same(beside(), ['data'])
    t.match(await run(), { state: 'FAILED', payload: { stage: 'check', error: /cannot be reached/, reason: 'unavailable' } })
    await primary.start()
  })

  t.test('a standby that does not start fails it, and says where its log and the old data are', async t => {
    const blocker = createServer().listen(standby.port, '127.0.0.1')
    t.teardown(() => { blocker.close() })

    const outcome = await run()

    t.match(outcome, { state: 'FAILED', payload: { stage: 'start', error: /does not start.*data\.log/, data_dir_before: old } })
    t.match(JSON.stringify((outcome.payload as JsonObject)['layers']), /could not (bind|create any TCP)/)
    t.ok(existsSync(join(old, 'mark')))
    blocker.close()
    await eventually('the port is free', () => !blocker.listening)
    const statePayload = { ...outcome.payload as JsonObject }
    t.match(await run({ statePayload }), { state: 'DONE' })
    await follows(t)
  })

  t.test('a supervisor is asked whether the service runs, and starts it', async t => {
    await loseNode()
    const asked: string[] = []
    const supervisor: Supervisor & { runs: number | null } = {
      service: 'the service of the test',
      runs: 4711,
      async pid () { return this.runs },
      async start () { asked.push('start'); await standby.start() },
      async stop () { asked.push('stop') }
    }
    const { kind } = createBeside(t, { ...settings, peers }, supervisor)

    t.match(await run({}, kind('cluster.join')), { state: 'FAILED', payload: { error: /a process of the service of the test.*service\.stop/ } })
    t.same(asked, [])
    supervisor.runs = null
    t.match(await run({}, kind('cluster.join')), { state: 'DONE' })
    t.same(asked, ['start'])
    t.notOk(existsSync(`${dataDir}.log`), 'the log is where the service has it')
    await follows(t)
  })

  t.test('what is configured decides what may be cloned', async t => {
    const two = createBeside(t, { ...settings, peers: { ...peers, 'db-2': `127.0.0.1:${standby.port}` } }).kind('cluster.join')
    t.match(two.args, { required: ['primary'], properties: { primary: { enum: ['db-1', 'db-2'] } } })
    await stopNode()
    const other = await startStandby(t, primary)
    const follower = createBeside(t, { ...settings, peers: { other: `127.0.0.1:${other.port}` } }).kind('cluster.join')
    t.match(await run({}, follower), { state: 'FAILED', payload: { error: /is a standby itself/ } })
    const none = createBeside(t, { ...settings, peers: {} }).kind('cluster.join')
    t.match(await run({}, none), { state: 'FAILED', payload: { error: /No server is configured/ } })
    const foreign = createBeside(t, { ...settings, peers, data_dir: dirname(dataDir) }).kind('cluster.join')
    t.match(await run({}, foreign), { state: 'FAILED', payload: { error: /cannot be told.*data_dir/ } })
    await standby.start()
    t.equal(statSync(dataDir).mode & 0o777, 0o700)
    t.notMatch(readFileSync(join(dataDir, 'postgresql.auto.conf'), 'utf8'), /application_name/)
  })

  kindContract(t, joinKind, {
    run: () => ({ args: { primary: 'db-1' } }),
    badArgs: [{ primary: 'db-9' }, { primary: '127.0.0.1:5432' }, { slot: 'Node 2' }, { password: 'x' }, { max_bytes_per_second: 1 }]
  })
})
