import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { createJobRunner } from '../../src/process/jobs.js'
import { isRunning, untilDead } from '../support/processes.js'

// Without the loaders of tap, which take longer than the jobs.
const jobs = createJobRunner({ execArgv: ['--import=tsx'] })
const never = new AbortController().signal
const block = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'

function moduleOf (t: Test, code: string): URL {
  const path = join(t.testdir(), 'job.mjs')
  writeFileSync(path, code)
  return pathToFileURL(path)
}

t.test('a job gets its input and its result comes back', async t => {
  const module = moduleOf(t, `
    const input = JSON.parse(process.argv[2])
    process.send({ result: { doubled: input.n * 2 } }, () => process.disconnect())`)

  t.same(await jobs.run({ module, input: { n: 21 }, signal: never }), { doubled: 42 })
})

t.test('messages are delivered in order, one at a time, and all before the result', async t => {
  const module = moduleOf(t, `
    for (let n = 1; n <= 5; n++) process.send({ n })
    process.send({ result: 'end' }, () => process.disconnect())`)
  const told: string[] = []

  const result = await jobs.run({
    module,
    input: null,
    signal: never,
    async onMessage (message) {
      const { n } = message as { n: number }
      told.push(`begin ${n}`)
      await new Promise(resolve => setImmediate(resolve))
      told.push(`end ${n}`)
    }
  })

  t.equal(result, 'end')
  t.same(told, [1, 2, 3, 4, 5].flatMap(n => [`begin ${n}`, `end ${n}`]))
})

t.test('a job that says an error, throws, or ends without a word is rejected with what is known', async t => {
  const run = (t: Test, code: string): Promise<unknown> => {
    return jobs.run({ module: moduleOf(t, code), input: null, signal: never })
  }

  await t.test('says', async t => {
    await t.rejects(run(t, "process.send({ error: 'no luck' }, () => process.disconnect())"), { message: 'no luck' })
  })
  await t.test('throws', async t => {
    await t.rejects(run(t, "throw new Error('a defect')"), { message: /exit code 1[^]*a defect/ })
  })
  await t.test('is killed', async t => {
    await t.rejects(run(t, "process.kill(process.pid, 'SIGKILL')"), { message: /signal SIGKILL/ })
  })
  await t.test('ends', async t => {
    await t.rejects(run(t, 'process.exit(4)'), { message: /without a result \(exit code 4\)/ })
  })
})

t.test('a signal that is meant for the agent does not end its job', async t => {
  const module = moduleOf(t, `
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(process.pid, signal)
    setImmediate(() => process.send({ result: 'alive' }, () => process.disconnect()))`)

  t.equal(await jobs.run({ module, input: null, signal: never }), 'alive')
})

t.test('an abort ends a job that is blocked, and rejects with the reason after its end', async t => {
  const module = moduleOf(t, `process.send({ pid: process.pid }, () => { ${block} })`)
  const controller = new AbortController()
  let pid = 0

  const reason: unknown = await jobs.run({
    module,
    input: null,
    signal: controller.signal,
    onMessage (message) {
      pid = (message as { pid: number }).pid
      controller.abort('cancelled')
    }
  }).catch((reason: unknown) => reason)

  t.equal(reason, 'cancelled')
  t.ok(pid > 0)
  t.notOk(isRunning(pid))
})

t.test('a listener that rejects ends the job, and is not told more', async t => {
  const module = moduleOf(t, `process.send({ n: 1 }); process.send({ n: 2 }, () => { ${block} })`)
  const told: unknown[] = []

  await t.rejects(jobs.run({
    module,
    input: null,
    signal: never,
    onMessage (message) {
      told.push(message)
      throw new Error('not now')
    }
  }), { message: 'not now' })

  t.same(told, [{ n: 1 }])
})

t.test('a job that was aborted before is not started', async t => {
  const module = moduleOf(t, "throw new Error('started')")

  const reason: unknown = await jobs.run({ module, input: null, signal: AbortSignal.abort('shutdown') })
    .catch((reason: unknown) => reason)

  t.equal(reason, 'shutdown')
})

t.test('a job does not outlive an agent that is killed, even while it is blocked', async t => {
  const job = moduleOf(t, `process.send({ pid: process.pid }, () => { ${block} })`)
  const agent = new URL('agent.mjs', job)
  writeFileSync(agent, `
    import { createJobRunner } from ${JSON.stringify(new URL('../../src/process/jobs.ts', import.meta.url).href)}
    await createJobRunner().run({
      module: new URL('./job.mjs', import.meta.url),
      input: null,
      signal: new AbortController().signal,
      onMessage: ({ pid }) => console.log(pid)
    })`)
  const parent = spawn(process.execPath, ['--import=tsx', agent.pathname], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => parent.kill('SIGKILL'))
  const [line] = await once(createInterface(parent.stdout), 'line') as [string]
  t.ok(isRunning(Number(line)))

  parent.kill('SIGKILL')

  await untilDead(Number(line))
})
