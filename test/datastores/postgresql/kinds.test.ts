import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import t from 'tap'
import type { Test } from 'tap'
import { openSession } from '../../../src/datastores/postgresql/session.js'
import type { JsonObject } from '../../../src/domain/json.js'
import { kindContract } from '../../contracts/kind.js'
import { eventually } from '../../support/eventually.js'
import { createKindContext, fakeActionId } from '../../support/kind-context.js'
import type { FakeRun } from '../../support/kind-context.js'
import { noPostgresql, startPostgresql } from '../../support/postgresql.js'
import type { PostgresqlServer } from '../../support/postgresql.js'
import { createRole, createSubject } from './subject.js'

/** What pg_stat_activity shows of the fake run's session. */
const ownSession = `select pid from pg_stat_activity where application_name = 'steward ${fakeActionId}'`

/** The contract's runs, which end by themselves. */
const runs: Readonly<Record<string, FakeRun>> = {
  reindex: { args: { table: 'orders' } },
  'terminate-backends': { args: { database: 'nowhere' } }
}

/** A connection of somebody else, which is ended with the test. */
async function connect (t: Test, server: PostgresqlServer, options: { name?: string, user?: string } = {}):
Promise<{ client: Client, pid: number, ended: Promise<unknown> }> {
  const { host, port, password } = server.settings
  const { name = 'shop', user = 'postgres' } = options
  const client = new Client({
    host, port, user, password: user === 'postgres' ? password ?? '' : 'pw', database: 'postgres', application_name: name
  })
  const ended = new Promise(resolve => { client.on('error', resolve) })
  t.teardown(() => client.end().catch(() => {}))
  await client.connect()
  const { rows: [row] } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return { client, pid: row?.pid ?? 0, ended }
}

t.test('the SQL kinds of a PostgreSQL server', { skip: noPostgresql }, async t => {
  const server = await startPostgresql(t)
  await server.sql(`
    create table orders as select i as n, repeat('x', 100) as x from generate_series(1, 50000) i;
    create index orders_n on orders (n);
    create table "Größe" (n int)`)
  /** From now on a vacuum in this database takes a minute for each ten pages or so. */
  const slowVacuum = async (): Promise<void> => {
    await server.sql('alter database postgres set vacuum_cost_delay = 100; alter database postgres set vacuum_cost_limit = 1')
  }
  const quickVacuum = async (): Promise<void> => {
    await server.sql('alter database postgres reset vacuum_cost_delay; alter database postgres reset vacuum_cost_limit')
  }

  for (const kind of createSubject(t, server).driver.kinds.filter(kind => kind.kind.startsWith('postgresql.'))) {
    const name = kind.kind.replace('postgresql.steward/', '')
    if (name === 'base-backup') continue
    kindContract(t, kind, {
      run: () => runs[name] ?? {},
      badArgs: [{ other: 1 }, null, { database: 5 }, { wait_seconds: 1.5 }, { table: 'a', index: 'b' }]
    })
  }

  t.test('vacuum takes dead rows away, and a full one gives the space back', async t => {
    const { run } = createSubject(t, server)
    await server.sql("create table filled as select repeat('x', 100) as x from generate_series(1, 50000); delete from filled")
    const dead = async (): Promise<number> => Number((await server.sql("select pg_relation_size('filled') as n"))[0]?.['n'])
    const before = await dead()

    const { outcome } = await run('vacuum', { table: 'public.filled', analyze: true, freeze: true })

    t.match(outcome, { state: 'DONE', payload: { table: 'public.filled', bytes_before: Number, bytes_after: Number } })
    t.ok(await dead() < before, 'pages at the end are given back')
    await server.sql("insert into filled select repeat('x', 100) from generate_series(1, 50000); delete from filled where ctid < '(500,1)'")
    const full = (await run('vacuum', { table: 'filled', full: true })).outcome
    const { bytes_before: from, bytes_after: to } = full.payload as { bytes_before: number, bytes_after: number }
    t.ok(to < from, `${from} bytes became ${to}`)
    t.match(await run('vacuum', { database: 'template1' }), { outcome: { state: 'DONE', payload: { table: null } } })
  })

  t.test('vacuum and analyze tell how far they are, in the words of the server', async t => {
    const { run } = createSubject(t, server)
    await server.sql('alter database postgres set vacuum_cost_delay = 1; alter database postgres set vacuum_cost_limit = 20')
    t.teardown(quickVacuum)
    const part = (pages: string) => (payload: JsonObject): boolean => Number(payload[pages]) > 0

    const vacuum = await run('vacuum', { table: 'orders', analyze: true, freeze: true })
    const analyze = await run('analyze', { table: 'orders' })

    const told = vacuum.reported as JsonObject[]
    t.match(told[0], { command: 'VACUUM', relation: 'public.orders', phase: /./, heap_blks_total: Number })
    t.ok(told.some(part('heap_blks_scanned')))
    t.ok(told.some(({ command, relation }) => command === 'ANALYZE' && relation === 'public.orders'))
    t.equal(new Set(told.map(payload => JSON.stringify(payload))).size, told.length, 'nothing is told twice')
    t.ok((analyze.reported as JsonObject[]).some(part('sample_blks_scanned')))
    t.match(analyze.outcome, { state: 'DONE', payload: { table: 'public.orders' } })
    t.equal((await server.sql("select from pg_stats where tablename = 'orders' and attname = 'n'")).length, 1)
  })

  t.test('names are found as in SQL, and what is not there is said', async t => {
    const { run } = createSubject(t, server)
    const error = async (kind: string, args: JsonObject): Promise<unknown> => {
      const { outcome } = await run(kind, args)
      return outcome.state === 'FAILED' && outcome.payload.error
    }

    t.match((await run('vacuum', { table: '"Größe"' })).outcome, { state: 'DONE', payload: { table: 'public."Größe"' } })
    t.match(await error('vacuum', { table: 'Größe' }), /There is no table Größe in the database postgres/)
    t.match(await error('vacuum', { table: 'orders; drop table orders' }), /There is no table|refused/)
    t.match(await error('vacuum', { table: 'orders_n' }), /orders_n in the database postgres is no table/)
    t.match(await error('reindex', { index: 'orders' }), /orders in the database postgres is no index/)
    t.match(await error('analyze', { database: 'nowhere' }), /database does not exist/)
    t.match(await error('reindex', { schema: 'a"b' }), /does not exist/)
  })

  t.test('functions that others have made are never called with the rights of the agent', async t => {
    await createRole(server, 'mallory')
    await server.sql('create database shared')
    t.teardown(async () => {
      await server.sql('drop database shared with (force)')
      await server.sql('drop owned by mallory; drop table stolen; revoke all on schema public from mallory')
    })
    await server.sql('create table word (n int); create schema quiet; create table quiet.secret (n int)', 'shared')
    await server.sql('alter database shared set search_path = public, quiet')
    // As good a match for the arguments as any, and in the search path; up to version 14 everybody could make them.
    for (const database of ['shared', 'postgres']) {
      await server.sql(`
        create table stolen (role name);
        grant all on schema public to mallory;
        set role mallory;
        create function format (text, name, name) returns text language sql as
          'insert into public.stolen values (current_user) returning role::text';
        create function make_interval (secs int) returns interval language sql as
          $$insert into public.stolen values (current_user) returning '1 s'::interval$$;
        reset role;
        grant all on stolen to public`, database)
    }
    const { run } = createSubject(t, server)

    const analyze = await run('analyze', { database: 'shared', table: 'word' })
    const further = await run('analyze', { database: 'shared', table: 'secret' })
    await run('reindex', { database: 'shared', table: 'word' })
    await run('terminate-backends', { user: 'nobody', idle_seconds: 1 })

    t.match(analyze.outcome, { state: 'DONE', payload: { table: 'public.word' } })
    t.match(further.outcome, { state: 'DONE', payload: { table: 'quiet.secret' } }, 'names are found as the database has it')
    for (const database of ['shared', 'postgres']) t.same(await server.sql('select role from stolen', database), [])
  })

  t.test('what may not be vacuumed is FAILED, and what is passed over is counted', async t => {
    const settings = await createRole(server, 'guest')
    const { run } = createSubject(t, server, { settings })

    for (const name of ['vacuum', 'analyze']) {
      t.match((await run(name, { table: 'orders' })).outcome, {
        state: 'FAILED', payload: { error: /may not/, layers: [/orders/], variant: '42501' }
      })
      t.match((await run(name)).outcome, { state: 'DONE', payload: { passed_over: { count: Number, examples: [/./] } } })
    }
    t.match((await run('checkpoint')).outcome, { state: 'FAILED', payload: { variant: '42501', layers: [/pg_checkpoint/] } })
    t.match((await run('reload')).outcome, { state: 'FAILED', payload: { variant: '42501' } })
    t.match((await run('reindex', { table: 'orders' })).outcome, { state: 'FAILED', payload: { variant: '42501' } })
  })

  t.test('a limit for statements of the role is none for maintenance', async t => {
    const settings = await createRole(server, 'hurried', 'superuser')
    await server.sql("alter role hurried set statement_timeout = '1ms'")

    t.match((await createSubject(t, server, { settings }).run('vacuum', { full: true })).outcome, { state: 'DONE' })
  })

  t.test('a statement that waits for a lock tells who holds it', async t => {
    const { kind } = createSubject(t, server)
    const holder = await connect(t, server)
    await holder.client.query('begin; lock table orders')
    const { context, onReport, reported } = createKindContext({ args: { table: 'orders' } })
    onReport(async () => { await holder.client.query('commit') })

    const outcome = await kind('vacuum').run(context)

    t.equal(outcome.state, 'DONE')
    t.same(reported[0], { phase: 'waiting for a lock', blocked_by: [holder.pid] })
  })

  t.test('a cancelled vacuum is ended on the server', async t => {
    await slowVacuum()
    t.teardown(quickVacuum)
    const { kind } = createSubject(t, server)
    const { context, abort, onReport } = createKindContext({ args: { table: 'orders', freeze: true } })
    onReport(async () => {
      t.equal((await server.sql(ownSession)).length, 1)
      abort('cancelled')
    })

    await t.rejects(kind('vacuum').run(context) as Promise<unknown>, 'cancelled')

    t.same(await server.sql(`${ownSession} and state = 'active'`), [])
    t.match(server.log(), /canceling statement due to user request/)
    await eventually('its connection is gone', async () => (await server.sql(ownSession)).length === 0)
  })

  t.test('the server ends the statement of an agent that has died', async t => {
    const { host, port, user, password } = server.settings
    const client = new Client({ host, port, user, password: password ?? '', application_name: 'dead', database: 'postgres' })
    const session = await openSession({
      applicationName: 'dead',
      signal: new AbortController().signal,
      server: 'the server',
      timeoutMs: 10_000,
      makeClient: async () => client,
      cancelBackend: async () => {}
    })
    const statement = session.query('select pg_sleep(600)').catch((error: Error) => error)
    const isThere = async (): Promise<boolean> =>
      (await server.sql("select from pg_stat_activity where application_name = 'dead' and state = 'active'")).length > 0
    await eventually('the statement runs', isThere)

    client.connection.stream.destroy()

    t.match(await statement, /went away/)
    await eventually('the server has noticed', async () => !await isThere())
    await session.end()
  })

  t.test('a resumed run ends what its predecessor has left on the server', async t => {
    const { run } = createSubject(t, server)
    const left = await connect(t, server, { name: `steward ${fakeActionId}` })
    await left.client.query('begin; lock table orders')
    const stranger = await connect(t, server, { name: 'steward 0198c5a1-0000-7000-8000-000000000000' })

    const { outcome } = await run('vacuum', { table: 'orders' }, { statePayload: { phase: 'scanning heap' } })

    t.equal(outcome.state, 'DONE')
    t.match(await left.ended, { code: '57P01' })
    await stranger.client.query('select 1')
  })

  t.test('a server that is killed in the middle makes the action FAILED, with its words, and is used again', async t => {
    await slowVacuum()
    t.teardown(quickVacuum)
    const { kind, run } = createSubject(t, server)
    const { context, onReport } = createKindContext({ args: { table: 'orders', freeze: true } })
    onReport(() => server.crash())

    const outcome = await kind('vacuum').run(context)

    t.match(outcome, {
      state: 'FAILED',
      payload: { error: /went away in the middle/, layers: [/Connection terminated|ECONNRESET/], reason: 'unavailable' }
    })
    t.match(await run('vacuum'), { outcome: { state: 'FAILED', payload: { variant: 'ECONNREFUSED', reason: 'unavailable' } } })
    await server.start()
    await quickVacuum()
    t.match(await run('vacuum', { table: 'orders' }), { outcome: { state: 'DONE' } })
  })

  t.test('one that is shut down in the middle says so itself', async t => {
    await slowVacuum()
    t.teardown(quickVacuum)
    const { context, onReport } = createKindContext({ args: { table: 'orders', freeze: true } })
    onReport(() => server.stop())

    const outcome = await createSubject(t, server).kind('vacuum').run(context)

    t.match(outcome, { state: 'FAILED', payload: { layers: [/administrator command/], variant: '57P01', reason: 'unavailable' } })
    await server.start()
  })

  t.test('checkpoint moves the checkpoint on', async t => {
    const { run } = createSubject(t, server)
    const checkpoint = async (): Promise<JsonObject> => (await run('checkpoint')).outcome.payload as JsonObject

    const [first, second] = [await checkpoint(), await checkpoint()]

    t.match(second, { in_recovery: false, redo_lsn: /\//, checkpoint_ts: /^\d{4}-.*Z$/ })
    t.equal((await server.sql(`select from (select '${String(second['checkpoint_lsn'])}'::pg_lsn as n) as n
      where n > '${String(first['checkpoint_lsn'])}'`)).length, 1)
  })

  t.test('reload takes a changed setting over, and tells what needs a restart', async t => {
    const { run } = createSubject(t, server)
    const file = join(server.dataDir, 'postgresql.conf')
    const setting = async (): Promise<unknown> => (await server.sql('show work_mem'))[0]?.['work_mem']
    appendFileSync(file, "work_mem = '7MB'\nmax_connections = 41\n")

    const { outcome } = await run('reload')

    t.same(outcome, { state: 'DONE', payload: { checked: true, restart_needed: ['max_connections'] } })
    await eventually('the setting is new', async () => await setting() === '7MB')
  })

  t.test('reload fails with the lines that the server cannot read', async t => {
    const { run } = createSubject(t, server)
    const files = ['postgresql.conf', 'pg_hba.conf'].map(name => join(server.dataDir, name))
    const texts = files.map(file => readFileSync(file, 'utf8'))
    t.teardown(() => files.forEach((file, index) => writeFileSync(file, texts[index] ?? '')))
    appendFileSync(files[0] ?? '', "work_mem = 'much'\n")
    appendFileSync(files[1] ?? '', 'host all all 10.0.0.0/8\n')

    const { outcome } = await run('reload')

    t.match(outcome, {
      state: 'FAILED',
      payload: {
        error: /Correct the lines/,
        layers: [/postgresql\.conf, line \d+: /, /pg_hba\.conf, line \d+: .*authentication/],
        errors: [{ setting: 'work_mem', line: Number, error: /./ }, { file: /pg_hba\.conf$/, line: Number, error: /authentication/ }]
      }
    })
  })

  t.test('terminate-backends ends those that all filters fit, and never its own', async t => {
    await createRole(server, 'app')
    const { run } = createSubject(t, server)
    const [idle, other] = [await connect(t, server, { user: 'app' }), await connect(t, server, { name: 'backup' })]
    const waiting = await connect(t, server, { user: 'app', name: 'worker' })
    await waiting.client.query('begin')
    const own = await connect(t, server, { name: 'steward 0198c5a1-0000-7000-8000-000000000000' })

    t.match((await run('terminate-backends', { user: 'app', idle_seconds: 3600 })).outcome, { state: 'DONE', payload: { terminated: 0 } })
    const first = await run('terminate-backends', { user: 'app', state: 'idle in transaction', idle_seconds: 0 })

    t.same(first.outcome, { state: 'DONE', payload: { terminated: 1, pids: [waiting.pid], refused: [] } })
    t.match(await waiting.ended, { code: '57P01' })
    await idle.client.query('select 1')
    const everybody = await run('terminate-backends', { database: 'postgres' })
    t.match(everybody.outcome, { state: 'DONE', payload: { terminated: 2 } })
    await Promise.all([idle.ended, other.ended])
    await own.client.query('select 1')
  })

  t.test('terminate-backends of a role that is no superuser leaves those of superusers, and says so', async t => {
    await createRole(server, 'tenant')
    const settings = await createRole(server, 'helper', 'in role pg_signal_backend, pg_monitor')
    const [superuser, tenant] = [await connect(t, server), await connect(t, server, { user: 'tenant' })]

    const { outcome } = await createSubject(t, server, { settings }).run('terminate-backends', { database: 'postgres' })

    t.match(outcome, { state: 'DONE', payload: { terminated: 1, pids: [tenant.pid] } })
    t.ok((outcome.payload as { refused: number[] }).refused.includes(superuser.pid))
    const { outcome: inVain } = await createSubject(t, server, { settings }).run('terminate-backends', { user: 'postgres' })
    t.match(inVain, { state: 'FAILED', payload: { error: /only a superuser may end/, variant: '42501', terminated: 0 } })
    await superuser.client.query('select 1')
  })

  t.test('terminate-backends of a role that may not see connections says so, rather than that there are none', async t => {
    await createRole(server, 'lodger')
    const settings = await createRole(server, 'blind', 'in role pg_signal_backend')
    const lodger = await connect(t, server, { user: 'lodger' })

    const { outcome } = await createSubject(t, server, { settings }).run('terminate-backends', { user: 'lodger' })

    t.match(outcome, { state: 'FAILED', payload: { error: /Grant it pg_monitor/, variant: '42501' } })
    await lodger.client.query('select 1')
  })
})
