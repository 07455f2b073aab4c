import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import type { JsonObject, JsonValue } from '../../src/domain/json.js'
import { createAgentClient, type ActionView } from '../support/agent-client.js'
import { eventually } from '../support/eventually.js'
import { freePorts } from '../support/free-ports.js'
import { isRunning } from '../support/processes.js'
import { startProgram, type Program } from '../support/program.js'
import { createSmallService } from '../support/small-service.js'
import { createSystemctl } from '../support/systemctl.js'

const noRedis = ['redis-server', 'redis-cli'].every(program => spawnSync(program, ['--version']).status === 0)
  ? false
  : 'needs redis: apt-get install redis-server'

/** Starts the agent with this configuration. */
async function startAgent (t: Test, folder: string, config: JsonObject): Promise<Program> {
  const file = join(folder, 'steward.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config))
  return await startProgram(t, { folder, args: ['--config', file] })
}

const commandsOf = (options: JsonObject): JsonObject => ({ service: { supervisor: 'commands', options } })

/** The stages and their states, in order, each once. */
function stagesOf ({ history }: ActionView): string[] {
  const stages = history.flatMap(({ state_payload: payload }) => {
    const { stage, state } = (payload ?? {}) as { stage?: number, state?: string }
    return stage === undefined ? [] : [`${stage} ${state}`]
  })
  return [...new Set(stages)]
}

for (const point of ['stop-end', 'start-begin', 'start-end'] as const) {
  t.test(`an agent that is killed at ${point} of a graceful restart goes on when it is back`, async t => {
    const service = createSmallService(t)
    const folder = t.testdir()
    const config = commandsOf(service.commands)
    const first = await startAgent(t, folder, config)
    service.begin()
    const before = service.pid()
    service.killAt(point)

    const { id } = await createAgentClient(first.url).schedule('replicante.io/service.graceful.restart')
    t.match(await first.exited, { signal: 'SIGKILL' })
    const second = await startAgent(t, folder, config)
    const action = await createAgentClient(second.url).finished(id)

    t.match(action, { state: 'DONE', state_payload: { stage: 2, state: 'DONE', payload: { pid: service.pid() } } })
    t.not(service.pid(), before)
    t.strictSame(service.running(), [service.pid()], 'the service runs once')
    t.strictSame(stagesOf(action), ['0 RUNNING', '0 DONE', '1 RUNNING', '1 DONE', '2 RUNNING', '2 DONE'])
    // What was interrupted is told again, and does no harm.
    t.strictSame(service.journal(), [...point === 'stop-end' ? ['stop'] : [], 'stop', 'start', ...point === 'start-begin' ? ['start'] : []])
  })
}

t.test('a unit is restarted through systemctl, here a double', async t => {
  const systemctl = createSystemctl(t)
  systemctl.setUnit('db', 'simple')
  const config = { service: { supervisor: 'systemd', options: { service_name: 'db' } } }
  const client = createAgentClient((await startAgent(t, t.testdir(), config)).url)

  const started = await client.finished((await client.schedule('replicante.io/service.start')).id)
  const restarted = await client.finished((await client.schedule('replicante.io/service.restart')).id)

  const { pid: before } = started.state_payload as { pid: number }
  t.match(started, { state: 'DONE', state_payload: { attempt: 1, message: 'started', pid: before } })
  t.match(restarted, { state: 'DONE', state_payload: { attempt: 1, message: 'restarted', pid: systemctl.pid('db') } })
  t.not(systemctl.pid('db'), before)
})

interface RedisService {
  readonly config: JsonObject
  /** What redis-cli says to a command. */
  cli (...args: string[]): string
  /** The process by its pid file; null when it does not run. */
  pid (): number | null
}

/** A Redis server that only its commands start and stop. */
async function createRedisService (t: Test): Promise<RedisService> {
  const [port = 0] = await freePorts(1)
  const data = mkdtempSync(join(tmpdir(), 'steward-redis-'))
  const pidFile = join(data, 'redis.pid')
  const shell = (script: string): string[] => ['/bin/sh', '-c', script, 'sh', String(port), data, pidFile]
  const pid = (): number | null => {
    try {
      const pid = Number(readFileSync(pidFile, 'utf8'))
      return isRunning(pid) ? pid : null
    } catch {
      return null
    }
  }
  const cli = (...args: string[]): string => spawnSync('redis-cli', ['-p', String(port), ...args], { encoding: 'utf8' }).stdout.trim()
  t.teardown(async () => {
    const last = pid()
    if (last !== null) {
      process.kill(last, 'SIGKILL')
      await eventually('the server has ended', () => !isRunning(last))
    }
    rmSync(data, { recursive: true, force: true })
  })
  const commands = {
    pid: shell('cat "$3" 2> /dev/null || true'),
    start: shell('redis-server --port "$1" --bind 127.0.0.1 --dir "$2" --pidfile "$3" --daemonize yes --save "3600 1"'),
    stop: shell('redis-cli -p "$1" shutdown save 2> /dev/null || true')
  }
  const config = { datastore: { kind: 'redis', redis: { host: '127.0.0.1', port } }, ...commandsOf(commands) }
  return { config, cli, pid }
}

t.test('Redis is stopped and restarted gracefully through its commands', { skip: noRedis }, async t => {
  const redis = await createRedisService(t)
  const { url } = await startAgent(t, t.testdir(), redis.config)
  const client = createAgentClient(url)
  const run = async (name: string, args: JsonValue = null): Promise<ActionView> =>
    await client.finished((await client.schedule(`replicante.io/service.${name}`, args)).id)
  const answers = async (): Promise<void> => {
    await eventually('the server answers', () => redis.cli('ping') === 'PONG')
  }

  t.match(await run('start'), { state: 'DONE', state_payload: { message: 'started', pid: redis.pid() } })
  await answers()
  let before = redis.pid()

  await t.test('a graceful restart shows its stages, and there is another process', async t => {
    redis.cli('set', 'key', 'kept')

    const action = await run('graceful.restart', { graceful: { save: 'save' } })

    t.match(action, { state: 'DONE', state_payload: { stage: 2, state: 'DONE', payload: { message: 'started', pid: redis.pid() } } })
    t.strictSame(stagesOf(action), ['0 RUNNING', '0 DONE', '1 RUNNING', '1 DONE', '2 RUNNING', '2 DONE'])
    t.match(action.history.find(entry => JSON.stringify(entry.state_payload).startsWith('{"stage":1,"state":"DONE"')), {
      state_payload: { payload: { message: 'already stopped', pid: null } }
    }, 'the datastore has stopped by itself')
    t.type(redis.pid(), 'number')
    t.not(redis.pid(), before)
    await answers()
    t.equal(redis.cli('get', 'key'), 'kept')
    before = redis.pid()
  })

  await t.test('the arguments of a stage reach its kind', async t => {
    redis.cli('set', 'key', 'lost')

    t.match(await run('graceful.restart', { graceful: { save: 'nosave' } }), { state: 'DONE' })

    await answers()
    t.equal(redis.cli('get', 'key'), 'kept', 'what was not saved is gone')
    const refused = await client.post('/actions', { kind: 'replicante.io/service.graceful.restart', args: { graceful: { save: 'x' } } })
    t.match(refused, { status: 400, body: { errors: [{ pointer: '/args/graceful/save' }] } })
  })

  await t.test('the classic dialect shows the stages too', async t => {
    const scheduled = await fetch(`${url}/api/unstable/actions/schedule/replicante.io/service.graceful.stop`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ args: { graceful: { save: 'nosave' } } })
    })
    const { id } = await scheduled.json() as { id: string }
    await client.finished(id)

    const { action } = await (await fetch(`${url}/api/unstable/actions/info/${id}`)).json() as { action: JsonObject }

    t.match(action, { state: 'DONE', state_payload: { stage: 1, state: 'DONE', payload: { attempt: 1, message: 'already stopped', pid: null } } })
    t.equal(redis.pid(), null)
  })

  await t.test('what is stopped already is no trouble', async t => {
    t.match(await run('graceful.stop'), { state: 'DONE', state_payload: { stage: 1, state: 'DONE' } })
    t.match(await run('restart'), { state: 'DONE', state_payload: { message: 'started', pid: redis.pid() } })
    t.type(redis.pid(), 'number')
  })
})
