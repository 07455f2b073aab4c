import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { temporaryFolder } from '../support/engine.js'
import { eventually } from '../support/eventually.js'
import { freePorts } from '../support/free-ports.js'
import { noPostgresql, startPostgresql } from '../support/postgresql.js'
import { startProgram, type Program } from '../support/program.js'
import { noRedis, startRedis } from '../support/redis.js'
import { startTcpServer } from '../support/tcp-server.js'
import { noZookeeper, startZookeeper } from '../support/zookeeper.js'
import { askAll, openDialects, type Dialects, type Told } from './dialects.js'

/** Seconds; what never answers costs a test this much. */
const limit = 1

/** A server that is down, and can come up on its port. */
interface Dead {
  readonly settings: { readonly port: number }
  readonly start: () => Promise<void>
}

interface Server {
  /** Why there is no real one; false when there is. */
  readonly missing: string | false
  readonly open: (t: Test) => Promise<Dead>
}

const servers: Readonly<Record<string, Server>> = {
  redis: { missing: noRedis, open: async t => await dead(await startRedis(t)) },
  zookeeper: { missing: noZookeeper, open: async t => await dead(await startZookeeper(t)) },
  postgresql: { missing: noPostgresql, open: async t => await dead(await startPostgresql(t)) }
}

for (const [kind, { missing, open }] of Object.entries(servers)) {
  t.test(`an agent beside a ${kind} server that is down`, async t => {
    // Whoever does not have the server can still see that it is down.
    const { settings, start } = missing === false ? await open(t) : await nowhere()
    const program = await startBeside(t, kind, settings)
    const dialects = await openDialects(program.url)

    await t.test('says so in every dialect when nothing listens', async t => {
      await isDown(t, dialects, /refused|nothing listens/i)
    })

    await t.test('says so when something takes connections, and never answers', async t => {
      const silent = await startTcpServer(t, () => {}, settings)
      await isDown(t, dialects, /no answer within|did not answer in time/i)
      t.ok(silent.connections() > 0)
    })

    await t.test('recovers by itself when the server is there', { skip: missing }, async t => {
      await start()
      await eventually('every dialect answers', async () => {
        return (await askAll(dialects)).every(({ status, down }) => status === 200 && !down)
      })
      const told = await askAll(dialects)
      for (const each of told) t.equal(each.misfit, null, `${each.path} answers as its document says`)
    })

    await t.test('was ready and well all the time', async t => {
      t.equal((await fetch(`${program.url}/readyz`)).status, 200)
      const records = program.output().split('\n').filter(line => line.startsWith('{'))
      const levels = records.map(line => (JSON.parse(line) as { level: number }).level)
      t.equal(levels.filter(level => level >= 50).length, 0, 'a datastore that is down is no error of the agent')
      t.ok(records.some(line => line.includes('the datastore does not answer')))
    })
  })
}

t.test('an agent loads the client library of its own datastore, and no other', async t => {
  const libraries = ['pg', '@redis/client']
  const loadedBy = async (kind: string): Promise<string[]> => {
    const [port = 0] = await freePorts(1)
    const record = join(temporaryFolder(t), 'modules')
    const { url } = await startBeside(t, kind, { port }, {
      NODE_OPTIONS: `--import=${new URL('../support/loaded-modules.mjs', import.meta.url)}`, LOADED_MODULES: record
    })
    await fetch(`${url}/api/v1/shards`)
    const modules = readFileSync(record, 'utf8')
    t.match(modules, /\/dist\/agent\.js$/m)
    return libraries.filter(library => modules.includes(`/node_modules/${library}/`))
  }

  t.strictSame(await loadedBy('sqlite'), [])
  t.strictSame(await loadedBy('zookeeper'), [])
  t.strictSame(await loadedBy('redis'), ['@redis/client'])
  t.strictSame(await loadedBy('postgresql'), ['pg'])
})

async function startBeside (
  t: Test, kind: string, settings: object, env: Readonly<Record<string, string>> = {}
): Promise<Program> {
  const folder = temporaryFolder(t)
  const config = join(folder, 'steward.yaml')
  const own = kind === 'sqlite' ? {} : { [kind]: settings }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ datastore: { kind, timeout_seconds: limit, ...own } }))
  return await startProgram(t, { folder, args: ['--config', config], env })
}

/** Every dialect tells that the datastore is down, in its own way, and why. */
async function isDown (t: Test, dialects: Dialects, reason: RegExp): Promise<void> {
  const told = await askAll(dialects)
  t.equal(told.length, 7)
  for (const { path, status, down, misfit, says } of told) {
    t.ok(down, `${path} says that it is down`)
    t.equal(misfit, null, `${path} answers as its document says`)
    t.equal(status, path.endsWith('/info/node') ? 200 : 503)
    if (says !== null) t.match(says, reason)
  }
  t.equal(told.filter(({ says }: Told) => says !== null).length, 6, 'only a node of the next dialect has no word for why')
}

async function dead (server: Dead & { readonly crash: () => Promise<void> }): Promise<Dead> {
  await server.crash()
  return server
}

async function nowhere (): Promise<Dead> {
  const [port = 0] = await freePorts(1)
  return { settings: { port }, start: async () => {} }
}
