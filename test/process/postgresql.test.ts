import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { JsonObject } from '../../src/domain/json.js'
import { createAgentClient, type ActionView, type AgentClient } from '../support/agent-client.js'
import { eventually } from '../support/eventually.js'
import { noPostgresql, startPostgresql, startStandby, type PostgresqlServer } from '../support/postgresql.js'
import { pidsOf } from '../support/processes.js'
import { startProgram, type Program } from '../support/program.js'

t.test('two agents beside a primary and its standby', { skip: noPostgresql }, tellStory)

/** An agent beside a server. */
interface Agent {
  readonly client: AgentClient
  readonly program: Program
  /** The JSON at a path of it, whatever the status. */
  readonly ask: (path: string) => Promise<JsonObject>
}

async function tellStory (t: Test): Promise<void> {
  // What cluster.join starts is started by pg_ctl, which knows nothing of the folder of the test's sockets.
  const first = await startPostgresql(t, { config: { unix_socket_directories: '' } })
  await first.sql('create table word as select i, repeat(md5(i::text), 10) as text from generate_series(1, 50000) as i')
  const second = await startStandby(t, first)
  const password = first.settings.password ?? ''
  const folder = t.testdir({ a: {}, b: {} })
  const folderB = join(folder, 'b')
  const agentA = await startBeside(t, { server: first, peer: second, folder: join(folder, 'a') })
  let agentB = await startBeside(t, { server: second, peer: first, folder: folderB })
  const programs = [agentA.program, agentB.program]
  const startAgain = async (): Promise<void> => {
    agentB = await startBeside(t, { server: second, peer: first, folder: folderB })
    programs.push(agentB.program)
  }

  await t.test('each tells the role of its node, in every dialect', async t => {
    await hasRole(t, agentA, 'primary')
    await hasRole(t, agentB, 'secondary')
    const ids = await Promise.all([agentA, agentB].map(async ({ ask }) => (await ask('/replisdk/api/unstable/info/node'))['node_id']))
    t.ok(ids[0] !== ids[1], 'they are two nodes')
  })

  await t.test('the roles are swapped: the primary stops, the standby is promoted, the old primary joins it', async t => {
    t.match(await perform(agentA, 'replicante.io/store.stop'), { state: 'DONE', state_payload: { mode: 'fast', message: 'stopped' } })
    t.equal(await statusOf(agentA), 'UNAVAILABLE')
    t.match(await agentA.ask('/api/v1/shards'), { status: 503, detail: /cannot be reached/ })
    t.match(await agentA.ask('/api/unstable/shards'), { error: /cannot be reached/ })

    t.match(await perform(agentB, 'postgresql.steward/promote'), { state: 'DONE' })
    await hasRole(t, agentB, 'primary')
    await second.sql('create table after_promotion as select 1 as one')

    const joined = await perform(agentA, 'agent.replicante.io/cluster.join')
    t.match(joined, { state: 'DONE', state_payload: { primary: 'peer', message: 'streams from the primary', data_dir_before: /\.before-/ } })
    t.same([...new Set(payloads(joined).map(({ stage }) => stage))], ['check', 'clone', 'swap', 'start', 'follow'])
    await hasRole(t, agentA, 'secondary')
    t.equal(await statusOf(agentA), 'HEALTHY')
    t.match(await second.sql('select state from pg_stat_replication'), [{ state: 'streaming' }])
  })

  await t.test('a base backup shows its progress in the history', async t => {
    const backup = await perform(agentB, 'postgresql.steward/base-backup', { name: 'whole', max_bytes_per_second: 32 * 1024 * 1024 })

    t.match(backup, { state: 'DONE', state_payload: { name: 'whole', verified: true } })
    const bytes = payloads(backup).filter(({ stage }) => stage === 'copy').map(({ bytes_done: done }) => Number(done))
    t.ok(bytes.length > 1 && Number(bytes.at(-1)) > 0, `bytes told: ${bytes.join(' ')}`)
    t.ok(existsSync(join(folderB, 'data', 'backups', 'whole', 'PG_VERSION')))
  })

  await t.test('an agent that is killed in the middle of a base backup makes it anew when it is back', async t => {
    const args = { name: 'again', max_bytes_per_second: 16 * 1024 * 1024 }
    const { id } = await agentB.client.schedule('postgresql.steward/base-backup', args)
    await agentB.client.until(id, isCopying)
    agentB.program.kill('SIGKILL')
    await agentB.program.exited
    t.ok(copiers(id).length > 0, 'the copy goes on without the agent')

    await startAgain()

    t.match(await agentB.client.finished(id), { state: 'DONE', state_payload: { name: 'again', verified: true } })
    await eventually('no process of it is left', () => copiers(id).length === 0)
    t.same(readdirSync(join(folderB, 'data', 'backups')).sort(), ['again', 'whole'])
  })

  await t.test('an agent that is told to stop ends the copy, and the next one makes it', async t => {
    const args = { name: 'stopped', max_bytes_per_second: 16 * 1024 * 1024 }
    const { id } = await agentB.client.schedule('postgresql.steward/base-backup', args)
    await agentB.client.until(id, isCopying)
    agentB.program.kill('SIGTERM')
    t.same(await agentB.program.exited, { code: 0, signal: null })
    t.same(copiers(id), [])

    await startAgain()
    t.match(await agentB.client.finished(id), { state: 'DONE' })
  })

  await t.test('a server that is killed in the middle fails the backup, and is well again when it is back', async t => {
    const args = { name: 'killed', max_bytes_per_second: 16 * 1024 * 1024 }
    const { id } = await agentB.client.schedule('postgresql.steward/base-backup', args)
    await agentB.client.until(id, isCopying)
    await second.crash()

    const { state, state_payload: payload } = await agentB.client.finished(id)
    t.match({ state, payload }, { state: 'FAILED', payload: { reason: 'unavailable', layers: [/pg_basebackup: error/] } })
    t.equal(await statusOf(agentB), 'UNAVAILABLE')
    await second.start()
    await hasRole(t, agentB, 'primary')
  })

  await t.test('the password is in no answer and in no line of the log', async t => {
    const answers = await Promise.all([agentA, agentB].flatMap(({ ask }) => [
      '/api/v1/actions', '/api/v1/kinds', '/api/v1/info/datastore', '/api/v1/shards', '/openapi.json', '/metrics',
      '/api/unstable/info/datastore', '/replisdk/api/unstable/info/node'
    ].map(async path => JSON.stringify(await ask(path)))))
    const histories = await Promise.all([agentA, agentB].map(async ({ ask, client }) => {
      const { actions } = await ask('/api/v1/actions') as { actions: { id: string }[] }
      return await Promise.all(actions.map(async ({ id }) => JSON.stringify(await client.find(id))))
    }))
    const told = [...answers, ...histories.flat(), ...programs.map(program => program.output())]
    t.ok(told.length > 20)
    t.notOk(told.some(text => text.includes(password)))
  })
}

async function startBeside (t: Test, { server, peer, folder }:
{ server: PostgresqlServer, peer: PostgresqlServer, folder: string }): Promise<Agent> {
  const config = join(folder, 'steward.yaml')
  const postgresql = { ...server.settings, peers: { peer: `127.0.0.1:${peer.port}` } }
  writeFileSync(config, JSON.stringify({ datastore: { kind: 'postgresql', postgresql } }))
  const program = await startProgram(t, { folder, args: ['--config', config] })
  return {
    program,
    client: createAgentClient(program.url),
    async ask (path) {
      const response = await fetch(program.url + path)
      const text = await response.text()
      return text.startsWith('{') ? JSON.parse(text) as JsonObject : { text }
    }
  }
}

/** The action once it is final. */
async function perform ({ client }: Agent, kind: string, args: JsonObject = {}): Promise<ActionView> {
  const { id } = await client.schedule(kind, args)
  return await client.finished(id)
}

/** What was reported while it ran. */
function payloads ({ history }: ActionView): JsonObject[] {
  return history.filter(({ state }) => state === 'RUNNING').flatMap(({ state_payload: payload }) =>
    payload === null ? [] : [payload as JsonObject])
}

function isCopying ({ state_payload: payload }: ActionView): boolean {
  return Number((payload as JsonObject | null)?.['bytes_done'] ?? 0) > 0
}

/** How the agent says that its node is. */
async function statusOf ({ ask }: Agent): Promise<unknown> {
  return (await ask('/replisdk/api/unstable/info/node'))['node_status']
}

/** In `/api/v1` and in both dialects of Replicante. */
async function hasRole (t: Test, { ask }: Agent, role: 'primary' | 'secondary'): Promise<void> {
  const paths = ['/api/v1/shards', '/api/unstable/shards', '/replisdk/api/unstable/info/shards']
  for (const path of paths) {
    const { shards } = await ask(path) as { shards: { role: string, commit_offset: JsonObject }[] }
    t.equal(shards.length, 1)
    t.equal(shards[0]?.role.toLowerCase(), role, path)
    t.ok(Number(shards[0]?.commit_offset['value']) > 0)
  }
}

/** The processes that copy for an action. */
function copiers (id: string): number[] {
  return pidsOf('pg_basebackup', `PGAPPNAME=steward ${id}`)
}
