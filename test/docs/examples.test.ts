/** Each example, in each language, does the same to a real agent. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createAgentClient, type AgentClient } from '../support/agent-client.js'
import { complaintsAbout } from '../support/compile.js'
import { eventually } from '../support/eventually.js'
import { freePorts } from '../support/free-ports.js'
import { root } from '../support/markdown.js'
import { startProgram, type Program } from '../support/program.js'

/** How a program of each language is run. */
const languages: Readonly<Record<string, (name: string) => Command>> = {
  curl: name => ['sh', join(root, `examples/curl/${name}.sh`)],
  python: name => ['python3', join(root, `examples/python/${name}.py`)],
  typescript: name => [process.execPath, '--import=tsx', join(root, `examples/typescript/${name}.ts`)]
}

interface World {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly agent: AgentClient

  /** Kills the agent, and starts it again at its address. */
  readonly restart: () => Promise<void>
}

const sleepLong = { steps: [{ do: 'sleep', ms: 600_000 }] }

// Each has an agent of its own.
t.jobs = 3

for (const [language, commandOf] of Object.entries(languages)) {
  t.test(`the examples in ${language}`, { buffered: true }, async t => {
    const world = await openWorld(t)
    const run = (name: string, ...args: string[]) => runToEnd(commandOf(name), args, world)

    t.test('backup waits for the end, and tells what came of it', async t => {
      const done = await run('backup')
      const failed = await run('backup', 'agent.replicante.io/test.fail')
      const refused = await run('backup', 'no.such/kind')

      t.match(done, { status: 0, stdout: /^DONE [0-9a-f-]{36}\n$/ })
      t.match(await world.agent.find(done.stdout.trim().split(' ')[1] ?? ''), { kind: 'sqlite.steward/backup', state: 'DONE' })
      t.match(failed, { status: 1, stdout: /^FAILED / })
      t.match(refused, { status: 1, stdout: '', stderr: /unknown-kind/ })
    })

    t.test('nightly asks once a day', async t => {
      const [first, second] = [await run('nightly'), await run('nightly')]

      t.match(first, { status: 0, stdout: /^\w+ [0-9a-f-]{36}\n$/ })
      t.equal(second.stdout.split(' ')[1], first.stdout.split(' ')[1])
    })

    t.test('nightly tells of a backup that failed, also when it is asked again', async t => {
      const sentence = /\S+ \S+/
      for (const when of ['asked', 'asked again']) {
        const { status, stdout, stderr } = await run('nightly', 'agent.replicante.io/test.fail')
        t.match({ status, stdout, stderr }, { status: 1, stdout: /^FAILED [0-9a-f-]{36}\n$/, stderr: sentence }, when)
        t.equal(stderr.trim().split('\n').length, 1, stderr)
      }
    })

    t.test('an agent that is away is told of in a sentence', async t => {
      const [port = 0] = await freePorts(1)
      const env = { ...world.env, STEWARD_URL: `http://127.0.0.1:${port}`, STEWARD_PATIENCE: '0' }
      for (const name of ['backup', 'nightly', 'drain']) {
        const { status, stdout, stderr } = await runToEnd(commandOf(name), [], { ...world, env })
        t.match({ status, stdout, stderr }, { status: 1, stdout: '', stderr: /agent at http:\/\/127/ }, name)
        t.notMatch(stderr, /Traceback|^ +at /m, name)
      }
    })

    t.test('drain cancels what waits, over more than one page, and nothing else', async t => {
      const running = await world.agent.schedule('agent.steward/test.script', sleepLong)
      await world.agent.until(running.id, ({ state }) => state === 'RUNNING')
      const waiting = await Promise.all(Array.from({ length: 120 }, async () =>
        await world.agent.schedule('agent.replicante.io/test.ping')))

      const { status, stdout } = await run('drain')

      t.equal(status, 0)
      t.equal(stdout.trim().split('\n').at(-1), '120 cancelled')
      t.match(await Promise.all([waiting[0], waiting[119]].map(each => world.agent.find(each?.id ?? ''))), [
        { state: 'FAILED', state_payload: { reason: 'cancelled' } }, { state: 'FAILED' }
      ])
      t.equal((await world.agent.find(running.id))?.state, 'RUNNING')
      await world.agent.post(`/actions/${running.id}/cancel`)
      await world.agent.finished(running.id)
    })

    t.test('follow tells everything, also what happens around a restart of the agent, and of itself', async t => {
      const follower = follow(t, commandOf('follow'), world)
      const seen = async (id: string): Promise<void> => {
        const isEnd = (line: string): boolean => line.startsWith('DONE ') && line.endsWith(id)
        await eventually(`the end of ${id} is told`, () => follower.lines().some(isEnd))
      }
      // A stream without an id begins with what comes: ask until it is there.
      await eventually('it follows', async () => {
        await world.agent.schedule('agent.replicante.io/test.success')
        return follower.lines().length > 0
      })

      await world.restart()
      const { id: afterRestart } = await world.agent.schedule('agent.replicante.io/test.success')
      await seen(afterRestart)
      await follower.end()
      const { id: unseen } = await world.agent.schedule('agent.replicante.io/test.success')
      await world.agent.finished(unseen)
      follower.begin()
      await seen(unseen)

      const states = follower.lines().filter(line => line.endsWith(unseen)).map(line => line.split(' ')[0])
      t.same(states, ['NEW', 'RUNNING', 'DONE'])
    })
  })
}

t.test('the examples in TypeScript compile, as strictly as ours', async t => {
  const folder = join(root, 'examples/typescript')
  t.same(complaintsAbout(readdirSync(folder).map(name => join(folder, name))), [])
})

async function openWorld (t: Test): Promise<World> {
  const folder = t.testdir()
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const start = async (): Promise<Program> => await startProgram(t, { folder, args: ['--bind', `127.0.0.1:${port}`] })
  let program = await start()
  const { PATH = '' } = process.env
  return {
    folder,
    env: { PATH, HOME: folder, STEWARD_URL: url, PYTHONDONTWRITEBYTECODE: '1' },
    agent: createAgentClient(url),

    async restart () {
      program.kill('SIGKILL')
      await program.exited
      program = await start()
    }
  }
}

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

type Command = readonly [string, ...string[]]

async function runToEnd ([program, ...first]: Command, args: readonly string[], world: World): Promise<Ended> {
  const { folder, env } = world
  const child = spawn(program, [...first, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const parts = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => { parts.stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { parts.stderr += text })
  const [status] = await once(child, 'close') as [number | null]
  return { status, ...parts }
}

/** Runs a program that never ends, in a process group of its own, with the processes that it starts. */
function follow (t: Test, [command, ...args]: Command, { folder, env }: World) {
  const lines: string[] = []
  let child: ChildProcess | null = null
  const begin = (): void => {
    child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'], detached: true })
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', line => { lines.push(line) })
  }
  const end = async (): Promise<void> => {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'close')
    process.kill(-child.pid, 'SIGKILL')
    await closed
  }
  t.teardown(end)
  begin()
  return { lines: () => lines, begin, end }
}
