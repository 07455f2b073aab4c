import { join } from 'node:path'
import t, { type Test } from 'tap'
import { root } from '../../.ci/generated-documents.js'
import { createAgentClient } from '../support/agent-client.js'
import { noDocker, startDocker, type Docker } from '../support/docker.js'
import { eventually } from '../support/eventually.js'
import { freePorts } from '../support/free-ports.js'
import { importNodeImages, noDebootstrap } from '../support/stand-in-images.js'

// A Debian, a compiler, all packages and a native build: minutes, and more where others want the processors too.
t.setTimeout(1_800_000)

const commit = '0123456789abcdef0123456789abcdef01234567'
const impossible = noDocker === false ? noDebootstrap : noDocker
if (impossible !== false) t.plan(0, impossible)
// One test around all: should the build fail, what was started is ended none the less.
else t.test('the image', suites)

async function suites (t: Test): Promise<void> {
  const docker = await startDocker(t)
  const began = performance.now()
  const since = (): string => `${Math.round((performance.now() - began) / 1000)} s`
  await importNodeImages(t, docker)
  t.comment(`stand-ins for the official base images: ${since()}`)
  await docker.run('build', '--network=host', '--file', join(root, 'deploy/container/Dockerfile'),
    '--build-arg', `BUILD_COMMIT=${commit}`, '--tag=steward', root)
  t.comment(`with the image built: ${since()}`)

  const { sizeOf, start, healthy, stop, inside } = createContainers(docker)
  await t.test('the image is small, and nothing in it is there for development alone', async t => {
    const [size, base] = [await sizeOf('steward'), await sizeOf('node:20-bookworm-slim')]
    t.comment(`the image has ${Math.round(size)} MB, ${Math.round(size - base)} MB more than the base image`)

    const modules = (await docker.run('run', '--rm', '--entrypoint=ls', 'steward', '/opt/steward/node_modules')).split('\n')
    t.ok(modules.includes('fastify'))
    t.strictSame(modules.filter(name => ['typescript', 'tap', 'eslint', 'tsx'].includes(name)), [])
    t.ok(size - base < 150)
  })

  await t.test('a container does its work, and what it has done outlives it', async t => {
    const [port] = await freePorts(1)
    const env = { STEWARD_BIND: `127.0.0.1:${port}` }
    const client = createAgentClient(`http://${env.STEWARD_BIND}`)
    const first = await start('first', env)
    await healthy(first)

    const { id } = await client.schedule('sqlite.steward/backup')
    t.match(await client.finished(id), { state: 'DONE' })
    t.match(await (await fetch(`http://${env.STEWARD_BIND}/api/v1/info/agent`)).text(), commit)
    t.equal(await inside(first, 'id', '-u'), '10001', 'it is not root')
    t.equal(await inside(first, 'cat', '/proc/1/comm'), 'tini')
    await inside(first, 'sh', '-c', '(sleep 0 &)')
    t.ok(await eventually('orphans are reaped', async () =>
      !(await inside(first, 'sh', '-c', 'cat /proc/[0-9]*/status')).includes('State:\tZ')))
    t.equal(await stop(first), '0', 'it stops in good order')

    const second = await start('second', env)
    await healthy(second)
    t.match(await client.find(id), { state: 'DONE' })
    t.equal(await stop(second), '0')
  })

  await t.test('where anybody could ask, it takes actions from who shows a token', async t => {
    const [port] = await freePorts(1)
    const env = { STEWARD_BIND: `0.0.0.0:${port}`, STEWARD_ACCESS_TOKENS_FILE: '/var/lib/steward/tokens.json' }
    const name = await start('guarded', env)
    await healthy(name)
    const schedule = async (headers: Record<string, string>): Promise<number> => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/actions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ kind: 'agent.replicante.io/debug.success' })
      })
      return response.status
    }

    const token = await inside(name, 'steward', 'token', 'create', '--name', 'manager', '--scope', 'schedule')

    t.equal(await schedule({ authorization: `Bearer ${token}` }), 202)
    t.equal(await schedule({ authorization: 'Bearer stw_wrong' }), 401)
    await docker.run('rm', '--force', name)
  })

  await t.test('as it comes, it listens everywhere, answers questions, and says why it takes no actions', async t => {
    await docker.run('run', '--detach', '--name=open', '--network=none', '--health-interval=1s', 'steward')
    await healthy('open')

    const logs = await docker.run('logs', 'open')
    t.match(logs, /actions are disabled: it listens on 0\.0\.0\.0/)
  })

  await t.test('it works on a read-only file system, without any capability', async t => {
    const [port] = await freePorts(1)
    const env = { STEWARD_BIND: `127.0.0.1:${port}` }
    const name = await start('confined', env, '--read-only', '--tmpfs=/tmp', '--cap-drop=ALL', '--security-opt=no-new-privileges')
    await healthy(name)
    const client = createAgentClient(`http://${env.STEWARD_BIND}`)

    const { id } = await client.schedule('sqlite.steward/backup')

    t.match(await client.finished(id), { state: 'DONE' })
  })

  t.comment(`in all: ${since()}`)
}

function createContainers (docker: Docker) {
  const sizeOf = async (image: string): Promise<number> =>
    Number(await docker.run('image', 'inspect', '--format={{.Size}}', image)) / 1_000_000

  /** Runs the agent in the network of this machine; resolves with its name. */
  const start = async (name: string, env: Readonly<Record<string, string>>, ...more: string[]): Promise<string> => {
    const variables = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`])
    await docker.run('run', '--detach', '--name', name, '--network=host', '--volume=steward:/var/lib/steward',
      '--health-interval=1s', ...variables, ...more, 'steward')
    return name
  }
  const healthy = async (name: string): Promise<unknown> => await eventually(`${name} is healthy`, async () =>
    await docker.run('inspect', '--format={{.State.Health.Status}}', name) === 'healthy')
  const stop = async (name: string): Promise<string> => {
    await docker.run('stop', '-t', '60', name)
    return await docker.run('inspect', '--format={{.State.ExitCode}}', name)
  }
  const inside = async (name: string, ...command: string[]): Promise<string> => await docker.run('exec', name, ...command)
  return { sizeOf, start, healthy, stop, inside }
}
