import { Client } from 'pg'
import t from 'tap'
import type { Test } from 'tap'
import type { JsonObject } from '../../../src/domain/json.js'
import { createKindContext } from '../../support/kind-context.js'
import { noPostgresql, startPostgresql } from '../../support/postgresql.js'
import { createSubject } from './subject.js'

t.test('reindex of a PostgreSQL server', { skip: noPostgresql }, async t => {
  const server = await startPostgresql(t)
  await server.sql(`
    create schema "Shop";
    create table "Shop".orders as select i as n, i % 7 as m, repeat('x', 3000) as x from generate_series(1, 20000) i;
    insert into "Shop".orders values (0, 0, (select string_agg(md5(i::text), '') from generate_series(1, 5000) i));
    create index orders_n on "Shop".orders (n);
    create index "orders m" on "Shop".orders (m);
    create table parts (n int) partition by range (n);
    create table parts_low partition of parts for values from (0) to (10);
    create index parts_n on parts (n)`)
  const files = async (): Promise<Record<string, unknown>> => Object.fromEntries((await server.sql(`
    select relname, relfilenode from pg_class where relname in ('orders_n', 'orders m', 'parts_low_n_idx')`))
    .map(({ relname, relfilenode }) => [String(relname), relfilenode]))
  const invalid = async (): Promise<unknown[]> => await server.sql(`
    select relname from pg_index join pg_class on oid = indexrelid where not indisvalid order by relname`)
  /** Somebody whose transaction a concurrent reindexing waits for, when it has made its new indexes. */
  const writer = async (t: Test): Promise<Client> => {
    const { host, port, user, password } = server.settings
    const client = new Client({ host, port, user, password: password ?? '', database: 'postgres' })
    client.on('error', () => {})
    t.teardown(() => client.end().catch(() => {}))
    await client.connect()
    await client.query('begin; insert into "Shop".orders values (-1)')
    return client
  }
  const waits = (payload: unknown): boolean => /waiting for writers/.test(String((payload as JsonObject)['phase']))

  t.test('it builds anew what is named, and no more', async t => {
    const { run } = createSubject(t, server)
    const before = await files()

    const one = await run('reindex', { index: '"Shop".orders_n' })

    t.same(one.outcome, {
      state: 'DONE', payload: { target: 'index "Shop".orders_n', concurrently: true, dropped_leftovers: [] }
    })
    const after = await files()
    t.not(after['orders_n'], before['orders_n'])
    t.equal(after['orders m'], before['orders m'])
    const table = await run('reindex', { table: '"Shop".orders', concurrently: false })
    t.match(table.outcome, { state: 'DONE', payload: { concurrently: false } })
    t.not((await files())['orders m'], after['orders m'])
    const schema = await run('reindex', { schema: 'Shop' })
    t.match(schema.outcome, { state: 'DONE', payload: { target: 'schema "Shop"' } })
    t.match(schema.reported[0], { command: /^REINDEX/, relation: /^("Shop"\.orders|pg_toast\.)/, phase: /./ })
    t.match((await run('reindex', { table: 'parts' })).outcome, { state: 'DONE' })
    t.not((await files())['parts_low_n_idx'], before['parts_low_n_idx'])
  })

  t.test('a cancelled one names the invalid indexes that it leaves, and how to drop them', async t => {
    const { kind, run } = createSubject(t, server)
    const other = await writer(t)
    const { context, abort, onReport, reported } = createKindContext({ args: { table: '"Shop".orders' } })
    onReport(payload => { if (waits(payload)) abort('cancelled') })

    const outcome = await kind('reindex').run(context)

    const names = ['"Shop".orders_n_ccnew', '"Shop"."orders m_ccnew"'].sort()
    t.match(outcome, { state: 'FAILED', payload: { error: 'The reindexing was cancelled.', reason: 'cancelled' } })
    const { invalid_indexes: left, advice } = outcome.payload as { invalid_indexes: string[], advice: string }
    t.same(left.filter(name => names.includes(name)).sort(), names)
    t.ok(left.some(name => /^pg_toast\.pg_toast_\d+_index_ccnew$/.test(name)), 'that of the long values too')
    t.match(reported.find(waits), { command: 'REINDEX CONCURRENTLY', lockers_total: 1, blocked_by: [Number] })
    await other.query('commit')
    for (const statement of advice.match(/DROP INDEX CONCURRENTLY [^;]*/g) ?? []) await server.sql(statement)
    t.same(await invalid(), [], 'the advice is good')
    t.match((await run('reindex', { table: '"Shop".orders' })).outcome, { state: 'DONE' })
  })

  t.test('a run that is resumed drops what the interrupted one has left, and begins again', async t => {
    const { kind, run } = createSubject(t, server)
    const other = await writer(t)
    const first = createKindContext({ args: { schema: 'Shop' } })
    first.onReport(payload => { if (waits(payload)) first.abort('shutdown') })
    await t.rejects(kind('reindex').run(first.context) as Promise<unknown>, 'shutdown')
    await other.query('commit')
    t.ok((await invalid()).length > 0)

    const { outcome } = await run('reindex', { schema: 'Shop' }, { statePayload: first.reported.at(-1) ?? null })

    t.match(outcome, { state: 'DONE' })
    const { dropped_leftovers: dropped } = outcome.payload as { dropped_leftovers: string[] }
    t.ok(dropped.includes('"Shop".orders_n_ccnew'), dropped.join())
    t.same(await invalid(), [])
  })

  t.test('a server that is killed meanwhile makes it FAILED; what may be left is said, and a later run is told of it', async t => {
    const { kind, run } = createSubject(t, server)
    await writer(t)
    const { context, onReport } = createKindContext({ args: { index: '"Shop".orders_n' } })
    onReport(async payload => { if (waits(payload)) await server.crash() })

    const outcome = await kind('reindex').run(context)

    t.match(outcome, {
      state: 'FAILED',
      payload: { error: /went away/, reason: 'unavailable', invalid_indexes: null, advice: /_ccnew or _ccold/, layers: [/./] }
    })
    await server.start()
    const resumed = await run('reindex', { index: '"Shop".orders_n' }, { statePayload: { phase: 'waiting' } })
    t.match(resumed.outcome, { state: 'DONE', payload: { dropped_leftovers: ['"Shop".orders_n_ccnew'] } })
  })

  t.test('what fails by itself says whether anything is left', async t => {
    const { run } = createSubject(t, server)
    await server.sql('create table twice (n int); insert into twice values (1), (1)')
    await t.rejects(server.sql('create unique index concurrently twice_n on twice (n)'))

    const { outcome } = await run('reindex', { index: 'twice_n' })

    t.match(outcome, {
      state: 'FAILED',
      payload: { layers: [/could not create unique index/, /duplicated/], variant: '23505', invalid_indexes: ['public.twice_n_ccnew'] }
    })
    t.match(outcome.payload, { advice: /DROP INDEX CONCURRENTLY public\.twice_n_ccnew;/ })
  })
})
