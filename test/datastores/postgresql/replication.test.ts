import t from 'tap'
import type { Shard } from '../../../src/domain/shard.js'
import { datastoreContract } from '../../contracts/datastore.js'
import { kindContract } from '../../contracts/kind.js'
import { eventually } from '../../support/eventually.js'
import { createKindContext, fakeActionId } from '../../support/kind-context.js'
import { noPostgresql, startPostgresql, startStandby } from '../../support/postgresql.js'
import { createRole, createSubject } from './subject.js'
import type { PostgresqlSubject } from './subject.js'

async function shardOf ({ driver }: PostgresqlSubject): Promise<Shard> {
  const [shard] = await driver.datastore.shards()
  if (shard === undefined) throw new Error('There is no shard')
  return shard
}

t.test('beside a primary and its streaming standby', { skip: noPostgresql }, async t => {
  const primary = await startPostgresql(t)
  await primary.sql('create table t (n int)')
  const limited = await createRole(primary, 'watcher', 'in role pg_monitor')
  const blind = await createRole(primary, 'blind')
  const standby = await startStandby(t, primary)
  const write = async (): Promise<void> => { await primary.sql('insert into t values (1)') }
  const streams = async (): Promise<boolean> =>
    (await standby.sql("select from pg_stat_wal_receiver where status = 'streaming'")).length === 1
  /** What the primary has written is replayed on the standby. */
  const caughtUp = async (): Promise<void> => {
    const [row] = await primary.sql('select pg_current_wal_flush_lsn() as lsn')
    await eventually('the standby has replayed everything', async () =>
      (await standby.sql(`select from (select pg_last_wal_replay_lsn() as at) as r where at >= '${row?.['lsn']}'`)).length === 1)
  }

  datastoreContract(t, {
    name: 'postgresql, a standby',
    abilities: { commitOffset: true, lag: true, stop: false, hold: true, login: true },
    open: async t => ({
      driver: createSubject(t, standby).driver,
      async write () {
        await write()
        await caughtUp()
      },
      breakIt: standby.crash,
      async mendIt () {
        await standby.start()
        await eventually('it streams again', streams)
      },
      hold: standby.hold,
      release: standby.release,
      stranger: { driver: createSubject(t, standby, { settings: { password: 'wrong-0815' } }).driver, secret: 'wrong-0815' }
    })
  })

  t.test('both hold the same shard, in their roles, and the offset of the standby follows', async t => {
    const [own, other] = [createSubject(t, primary), createSubject(t, standby)]
    await write()
    await caughtUp()

    const [first, second] = [await shardOf(own), await shardOf(other)]

    t.match(first, { id: second.id, role: 'primary', lag: null })
    t.match(second, { role: 'secondary', lag: { value: 0n, unit: 'seconds' } })
    t.equal(second.commitOffset?.value, first.commitOffset?.value)
    const [node, replica] = [await own.driver.datastore.node(), await other.driver.datastore.node()]
    t.equal(node.attributes['replication_connections'], 1)
    t.match(replica.attributes, { in_recovery: true, timeline: 1, wal_receiver_status: 'streaming', replay_paused: false })
    t.equal(replica.attributes['system_identifier'], node.attributes['system_identifier'])
    t.not(replica.id, node.id)
  })

  t.test('the lag grows while replay is held, and is gone after it', async t => {
    const subject = createSubject(t, standby)
    await write()
    await caughtUp()
    await standby.sql('select pg_wal_replay_pause()')
    t.teardown(() => standby.sql('select pg_wal_replay_resume()').catch(() => {}))
    const held = (await shardOf(subject)).commitOffset?.value
    await eventually('replay is held', async () =>
      (await standby.sql("select from pg_get_wal_replay_pause_state() as s where s = 'paused'")).length === 1)

    await write()

    await eventually('the lag is a second', async () => ((await shardOf(subject)).lag?.value ?? 0n) >= 1n)
    const lag = (await shardOf(subject)).lag?.value ?? 0n
    await eventually('the lag grows', async () => ((await shardOf(subject)).lag?.value ?? 0n) > lag)
    t.equal((await shardOf(subject)).commitOffset?.value, held)
    t.match(await subject.driver.datastore.node(), { status: 'HEALTHY', attributes: { replay_paused: true } })
    await standby.sql('select pg_wal_replay_resume()')
    await eventually('the lag is gone', async () => (await shardOf(subject)).lag?.value === 0n)
    t.ok(((await shardOf(subject)).commitOffset?.value ?? 0n) > (held ?? 0n))
  })

  t.test('pg_monitor is enough to see all figures, and what a role may not see is unknown', async t => {
    const seeing = createSubject(t, standby, { settings: limited })
    t.match(await seeing.driver.datastore.node(), { status: 'HEALTHY', attributes: { wal_receiver_status: 'streaming' } })
    t.match(await shardOf(seeing), { role: 'secondary', lag: { value: 0n } })

    const unseeing = createSubject(t, standby, { settings: blind })

    t.match(await unseeing.driver.datastore.node(), { status: 'HEALTHY', attributes: { wal_receiver_status: null } })
    t.match(await shardOf(unseeing), { role: 'secondary', commitOffset: { value: BigInt }, lag: null })
  })

  t.test('a standby without its primary is UNHEALTHY, tells its lag, and is well when the primary is back', async t => {
    const subject = createSubject(t, standby)
    const watching = createSubject(t, standby, { settings: limited })
    await primary.crash()

    const node = await eventually('the standby has noticed', async () => {
      const node = await subject.driver.datastore.node()
      return node.status === 'UNHEALTHY' && node
    })

    t.match(node, { statusReason: /^The standby does not stream from its primary: / })
    t.equal((await watching.driver.datastore.node()).status, 'UNHEALTHY')
    t.match(await shardOf(subject), { role: 'secondary', commitOffset: { value: BigInt } })
    await eventually('the lag grows', async () => ((await shardOf(subject)).lag?.value ?? 0n) >= 1n)
    await primary.start()
    await eventually('it is well', async () => (await subject.driver.datastore.node()).status === 'HEALTHY')
    await eventually('the lag is gone', async () => (await shardOf(subject)).lag?.value === 0n)
  })

  t.test('what writes is refused by a standby, in its own words', async t => {
    const { run } = createSubject(t, standby)

    const { outcome } = await run('vacuum', { table: 't' })

    t.match(outcome, { state: 'FAILED', payload: { layers: [/during recovery/], variant: '25006', reason: 'error' } })
    t.match((await run('checkpoint')).outcome, { state: 'DONE', payload: { in_recovery: true } })
  })

  t.test('promote needs the right to, and says which it lacks', async t => {
    const { run } = createSubject(t, standby, { settings: limited })

    const { outcome } = await run('promote')

    t.match(outcome, { state: 'FAILED', payload: { error: /Grant it the privilege/, layers: [/pg_promote/], variant: '42501' } })
    t.match(await shardOf(createSubject(t, standby)), { role: 'secondary' })
  })

  t.test('promote makes the standby the primary: roles are swapped when the old primary is gone', async t => {
    const [old, young] = [createSubject(t, primary), createSubject(t, standby)]
    await write()
    await caughtUp()
    await primary.stop()
    const { context, reported } = createKindContext({ args: { wait_seconds: 60 } })
    const kind = young.kind('promote')
    t.equal(kind.refuseCancel?.(context.action), null)

    const outcome = await kind.run(context)

    t.same(outcome, { state: 'DONE', payload: { in_recovery: false, timeline: 2, message: 'promoted' } })
    t.same(reported, [{ stage: 'promote' }])
    t.match(kind.refuseCancel?.({ ...context.action, statePayload: { stage: 'promote' } }), /cannot be taken back/)
    t.match(await shardOf(young), { role: 'primary', lag: null })
    t.match(await young.driver.datastore.node(), { status: 'HEALTHY', attributes: { in_recovery: false, timeline: 2 } })
    t.match(await old.driver.datastore.node(), { status: 'UNAVAILABLE' })
    await standby.sql('insert into t values (2)')
  })

  t.test('promoting what is the primary is done, and an interrupted promotion is told as one', async t => {
    const { run, kind } = createSubject(t, standby)

    t.match((await run('promote')).outcome, { state: 'DONE', payload: { message: 'it was the primary already' } })
    const resumed = await run('promote', {}, { statePayload: { stage: 'promote' } })
    t.match(resumed, { outcome: { state: 'DONE', payload: { message: 'promoted' } }, reported: [] })
    kindContract(t, kind('promote'), { run: () => ({}), badArgs: [{ wait_seconds: 0 }, { other: 1 }, null] })
  })

  t.test('a promotion whose server goes away is FAILED with its words', async t => {
    const replica = await startStandby(t, standby)
    const subject = createSubject(t, replica)
    const { context, onReport } = createKindContext()
    onReport(() => replica.crash())

    const outcome = await subject.kind('promote').run(context)

    t.match(outcome, { state: 'FAILED', payload: { error: /went away/, layers: [/./], reason: 'unavailable' } })
    await replica.start()
    const again = await subject.run('promote', {}, { id: fakeActionId, statePayload: { stage: 'promote' } })
    t.match(again.outcome, { state: 'DONE', payload: { in_recovery: false, message: 'promoted' } })
    t.same(again.reported, [], 'what was told before is not told again')
  })
})
