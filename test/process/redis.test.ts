import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { JsonObject } from '../../src/domain/json.js'
import { createAgentClient } from '../support/agent-client.js'
import { temporaryFolder } from '../support/engine.js'
import { eventually } from '../support/eventually.js'
import { startProgram, type Program } from '../support/program.js'
import { addKeys, linked, noRedis, startRedis, type RedisServer } from '../support/redis.js'
import { askAll, openDialects } from './dialects.js'

const password = 'correct-horse'
/** The first whole number that no number of JavaScript is. */
const pastDoubles = 9007199254740993n

/** What each dialect calls a role. */
const words = {
  primary: { '/api/v1/shards': 'primary', '/api/unstable/shards': 'primary', '/replisdk/api/unstable/info/shards': 'Primary' },
  secondary: { '/api/v1/shards': 'secondary', '/api/unstable/shards': 'secondary', '/replisdk/api/unstable/info/shards': 'Secondary' }
} as const

if (noRedis !== false) t.plan(0, noRedis)
else suites()

function suites (): void {
  t.test('two agents beside a primary and its replica', async t => {
    const { primary, replica } = await startServers(t)
    const both = [primary, replica]
    const [first, second] = [await startAgent(t, primary, both), await startAgent(t, replica, both)]

    await t.test('tell roles, exact offsets and the lag in each dialect', async t => {
      for (const [url, server, role] of [[first.url, primary, 'primary'], [second.url, replica, 'secondary']] as const) {
        const digits = await server.info(role === 'primary' ? 'master_repl_offset' : 'slave_repl_offset') ?? ''
        t.ok(BigInt(digits) > pastDoubles, digits)
        for (const [path, word] of Object.entries(words[role])) {
          const told = await textOf(url + path)
          t.match(told, new RegExp(`"value":${digits}[,}]`), path)
          t.match(told, `"role":"${word}"`)
          t.match(told, role === 'primary' ? '"lag":null' : /"value":0[,}]/)
        }
      }
      t.match(await jsonOf(`${first.url}/api/v1/info/datastore`), {
        kind: 'redis', node: { id: await primary.info('run_id'), status: 'HEALTHY' }
      })
    })

    await t.test('swap their roles', async t => {
      const [atFirst, atSecond] = [createAgentClient(first.url), createAgentClient(second.url)]

      const promoted = await atSecond.schedule('redis.steward/promote', { only_in_sync: true })
      t.match(await atSecond.finished(promoted.id), { state: 'DONE', state_payload: { role: 'primary', lag: '0' } })
      const followed = await atFirst.schedule('redis.steward/replica-of', { host: '127.0.0.1', port: replica.port })
      t.match(await atFirst.finished(followed.id), { state: 'DONE', state_payload: { link: 'up' } })

      t.match(await jsonOf(`${first.url}/api/v1/shards`), { shards: [{ id: 'data', role: 'secondary' }] })
      t.match(await jsonOf(`${second.url}/api/v1/shards`), { shards: [{ id: 'data', role: 'primary', lag: null }] })
    })

    await t.test('never show the password', async t => {
      for (const { url, output } of [first, second]) {
        const paths = ['/info/datastore', '/shards', '/kinds', '/actions']
        const told = await Promise.all(paths.map(async path => await textOf(`${url}/api/v1${path}`)))
        t.notOk(`${told.join('')}${output()}`.includes(password))
      }
    })
  })

  t.test('a server that is killed in the middle of a save', async t => {
    const server = await startRedis(t, { password, args: ['--rdb-key-save-delay', '1000'] })
    await addKeys(server, 20_000)
    const { url } = await startAgent(t, server)
    const client = createAgentClient(url)
    const every = await openDialects(url)
    const isSaving = (payload: unknown): boolean => (payload as JsonObject | null)?.['stage'] === 'save'

    const { id } = await client.schedule('redis.steward/save')
    await client.until(id, ({ state_payload: payload }) => isSaving(payload))
    await server.crash()

    t.match(await client.finished(id), {
      state: 'FAILED', state_payload: { error: /^Redis at 127\.0\.0\.1/, layers: [/./], reason: 'unavailable' }
    })
    for (const each of await askAll(every)) t.match(each, { down: true, misfit: null }, each.path)

    await server.start()
    await eventually('the agent is well', async () => (await askAll(every)).every(({ down }) => !down))
    const next = await client.schedule('redis.steward/save')
    t.match(await client.finished(next.id), { state: 'DONE', state_payload: { saved_at: String } })

    const stop = await client.schedule('replicante.io/store.stop')
    t.match(await client.finished(stop.id), { state: 'DONE' })
    await server.ended()
  })
}

/** A primary whose offset is past what a double holds, and its replica. */
async function startServers (t: Test): Promise<{ primary: RedisServer, replica: RedisServer }> {
  // Nothing is written by the servers themselves while the test compares.
  const quiet = { password, args: ['--repl-ping-replica-period', '3600'] }
  const primary = await startRedis(t, quiet)
  await primary.stop()
  writeFileSync(join(primary.folder, 'dump.rdb'), emptyRdb(pastDoubles))
  await primary.start()
  const replica = await startRedis(t, { ...quiet, replicaOf: primary })
  await linked(replica)
  await primary.cli('set', 'a', '1')
  await eventually('the replica has it', async () => await replica.cli('get', 'a') === '1')
  return { primary, replica }
}

/** An RDB file without keys that ends at an offset of the stream of changes (https://rdb.fnordig.de/file_format.html). */
function emptyRdb (offset: bigint): Buffer {
  const field = (name: string, value: string): Buffer =>
    Buffer.concat([Buffer.of(0xfa), ...[name, value].flatMap(text => [Buffer.of(text.length), Buffer.from(text)])])
  return Buffer.concat([
    Buffer.from('REDIS0010'),
    field('repl-stream-db', '0'),
    field('repl-id', 'a'.repeat(40)),
    field('repl-offset', String(offset)),
    // The end, and a checksum that is not looked at.
    Buffer.of(0xff, 0, 0, 0, 0, 0, 0, 0, 0)
  ])
}

async function startAgent (t: Test, { port, settings }: RedisServer, follow: readonly RedisServer[] = []):
Promise<Program> {
  const addresses = follow.map(({ port }) => `127.0.0.1:${port}`)
  return await startProgram(t, {
    folder: temporaryFolder(t),
    args: ['kind=redis', `redis.port=${port}`, `redis.primaries=${addresses.join(',')}`]
      .flatMap(setting => ['--set', `datastore.${setting}`]),
    env: { STEWARD_DATASTORE_REDIS_PASSWORD: settings.password ?? '' }
  })
}

async function textOf (url: string): Promise<string> {
  return await (await fetch(url)).text()
}

async function jsonOf (url: string): Promise<unknown> {
  return JSON.parse(await textOf(url)) as unknown
}
