import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { systemClock } from '../../src/domain/clock.js'
import { createCommandRunner } from '../../src/process/commands.js'
import type { CommandResult, CommandRunner } from '../../src/domain/ports/process.js'
import { openStore } from '../../src/store/store.js'
import { deadPid, isRunning, makePipe, untilDead } from '../support/processes.js'

interface Subject {
  readonly runner: CommandRunner
  readonly folder: string
  readonly outputDir: string
}

function setUp (t: Test, options: { killAfterMs?: number, watchMs?: number } = {}): Subject {
  const folder = t.testdir()
  const outputDir = join(folder, 'outputs')
  return { runner: createCommandRunner({ outputDir, ...options }), folder, outputDir }
}

/** More descriptors than this process has. */
const numbers = Array.from({ length: 300 }, (_, n) => n)

const shell = (script: string, ...args: string[]): [string, ...string[]] => ['/bin/sh', '-c', script, 'sh', ...args]

t.test('a command gets its arguments as they are, its input, and is heard on both outputs', async t => {
  const { runner, outputDir } = setUp(t)

  const result = await runner.run({ argv: shell('cat; printf %s "$1" >&2; exit 3', '$HOME; `id`'), stdin: 'grüße' })

  t.same(result, {
    exitCode: 3, signal: null, stdout: 'grüße', stderr: '$HOME; `id`', truncated: { stdout: false, stderr: false }, timedOut: false, startError: null
  })
  t.same(readdirSync(outputDir), [], 'nothing is left of its output files')
})

t.test('what a command is told stands on its standard input alone', async t => {
  const { runner } = setUp(t)

  const { stdout } = await runner.run({
    argv: shell('cat /proc/$$/cmdline /proc/$$/environ; ls -l /proc/$$/fd; cat | wc -c'), stdin: 'the-secret'
  })

  t.notMatch(stdout, /the-secret/)
  t.match(stdout, /10\n$/)
})

t.test('a program is looked for in the PATH that the command is given', async t => {
  const { runner, folder } = setUp(t)
  writeFileSync(join(folder, 'greet'), '#!/bin/sh\necho hello\n', { mode: 0o755 })
  writeFileSync(join(folder, 'odd'), '#!/absent/interpreter\n', { mode: 0o755 })

  t.match(await runner.run({ argv: ['greet'], env: { PATH: folder } }), { stdout: 'hello\n' })
  t.match((await runner.run({ argv: ['ls'], env: { PATH: folder } })).startError, /no program "ls" in its PATH/)
  t.match((await runner.run({ argv: [join(folder, 'odd')] })).startError, /interpreter that ".*odd" names .* does not exist/)
})

t.test('a command starts with no signal ignored or blocked', async t => {
  const { runner } = setUp(t)

  const { stdout } = await runner.run({ argv: ['grep', '-E', '^Sig(Ign|Blk)', '/proc/self/status'] })

  t.match(stdout, /^SigBlk:\t0+\nSigIgn:\t0+\n$/)
})

t.test('a command is given no descriptor of the agent', async t => {
  const { runner, folder } = setUp(t)
  const store = openStore({ path: join(folder, 'steward.db'), clock: systemClock, queueLimit: 10 })
  t.teardown(() => { store.close() })
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close() })
  const client = connect((server.address() as AddressInfo).port)
  t.teardown(() => { client.destroy() })
  await once(client, 'connect')

  const { stdout } = await runner.run({ argv: ['readlink', '-v', ...numbers.map(n => `/proc/self/fd/${n}`)], stdin: 'x' })

  // In place of what this process was started with there is /dev/null.
  const names = stdout.trimEnd().split('\n').filter(path => path !== '/dev/null').map(path => basename(path))
  t.strictSame(names, ['stdin', 'stdout', 'stderr'])
})

t.test('a command sees four variables of the agent and those that it is given, and no descriptor that the agent was started with', async t => {
  const { folder } = setUp(t)
  const lock = openSync(join(folder, 'lock'), 'w')
  t.teardown(() => { closeSync(lock) })
  const agent = join(folder, 'agent.ts')
  writeFileSync(agent, `
    import { createCommandRunner } from ${JSON.stringify(new URL('../../src/process/commands.ts', import.meta.url).href)}
    const runner = createCommandRunner({ outputDir: process.argv[2] })
    const environment = await runner.run({ argv: ['env'], env: { GIVEN: 'yes', LANG: 'C' } })
    const descriptors = await runner.run({ argv: ['ls', '-l', '/proc/self/fd'] })
    console.log(JSON.stringify({ environment, descriptors }))`)
  const passed = { PATH: process.env['PATH'] ?? '', HOME: '/home/agent', TZ: 'Asia/Tokyo' }
  const secrets = { STEWARD_DATASTORE_POSTGRESQL_PASSWORD: 'hidden', NODE_OPTIONS: '--no-warnings', LD_LIBRARY_PATH: '/absent', USER: 'me', LC_ALL: 'C' }
  // A script holds its lock like this. Node keeps back the lowest descriptors that it finds, not this one.
  const stdio = ['ignore', 'pipe', 'inherit', ...Array<'ignore'>(97).fill('ignore'), lock] as const
  // What tap gives to children is not of this test.
  const clean = ['-i', ...Object.entries({ ...passed, ...secrets }).map(([name, value]) => `${name}=${value}`)]

  const child = spawn('env', [...clean, process.execPath, '--import=tsx', agent, join(folder, 'outputs')], { stdio: [...stdio] })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => { text += chunk.toString() })
  await once(child, 'close')

  const { environment, descriptors } = JSON.parse(text) as Record<'environment' | 'descriptors', CommandResult>
  t.same(Object.fromEntries(environment.stdout.trim().split('\n').map(line => line.split('='))), { ...passed, GIVEN: 'yes', LANG: 'C' })
  t.match(descriptors.stdout, / 100 -> \/dev\/null/)
  t.notMatch(descriptors.stdout, /lock/)
})

t.test('a command that does not read its input is no trouble', async t => {
  const { runner } = setUp(t)

  const result = await runner.run({ argv: ['true'], stdin: 'x'.repeat(4 * 1024 * 1024) })

  t.match(result, { exitCode: 0, startError: null })
})

t.test('its files are readable by this user alone', async t => {
  const { runner } = setUp(t)

  const { stdout } = await runner.run({ argv: shell('stat -L -c %a /dev/fd/0 /dev/fd/1 /dev/fd/2'), stdin: 'secret' })

  t.equal(stdout, '600\n600\n600\n')
})

t.test('a command that cannot be started says why', async t => {
  const { runner, folder } = setUp(t)
  const plain = join(folder, 'plain')
  writeFileSync(plain, '')
  chmodSync(plain, 0o600)
  writeFileSync(join(folder, 'file'), '')

  t.match((await runner.run({ argv: [join(folder, 'absent')] })).startError, /there is no program/)
  t.match((await runner.run({ argv: ['true'], cwd: join(folder, 'absent') })).startError, /working folder/)
  t.match((await runner.run({ argv: [plain] })).startError, /may not be executed/)
  t.match((await runner.run({ argv: ['echo', 'a\0b'] })).startError, /null bytes/)
  const blocked = createCommandRunner({ outputDir: join(folder, 'file', 'outputs') })
  t.match((await blocked.run({ argv: ['true'] })).startError, /files cannot be made/)
})

t.test('only the end of a long output is kept, from a whole character on', async t => {
  const { runner } = setUp(t)

  const { stdout, truncated } = await runner.run({ argv: ['node', '-e', 'process.stdout.write("é€😀".repeat(3000))'], keepBytes: 1003 })

  t.same(truncated, { stdout: true, stderr: false })
  t.notMatch(stdout, /\ufffd/, 'no character is cut through')
  const bytes = Buffer.byteLength(stdout)
  t.ok(bytes > 1003 - 4 && bytes <= 1003, `${bytes} bytes are kept`)
  t.ok('é€😀'.repeat(3000).endsWith(stdout))
})

t.test('an output that grows large is emptied, and its end is kept all the same', async t => {
  const { runner } = setUp(t)
  const script = `
    exec 3>&1
    head -c 5000000 /dev/zero | tr '\\0' x
    until [ "$(stat -L -c %s /dev/fd/3)" -lt 5000000 ]; do :; done
    echo; echo the end`

  const { stdout, truncated } = await runner.run({ argv: shell(script), keepBytes: 20 })

  t.equal(stdout, `${'x'.repeat(11)}\nthe end\n`, 'the end reaches back before the emptying')
  t.same(truncated, { stdout: true, stderr: false })
})

t.test('a command that never waits does not fill the disk: its file is emptied again and again', async t => {
  const { runner } = setUp(t)
  // Writes without a pause until its file has been emptied ten times, and tells how much it wrote in all.
  const script = `
    const block = Buffer.alloc(65536, 'x')
    let emptied = 0, largest = 0, total = 0
    for (let before = 0; emptied < 10;) {
      total += fs.writeSync(1, block)
      const { size } = fs.fstatSync(1)
      if (size < before) emptied++
      largest = Math.max(largest, size)
      before = size
    }
    fs.writeSync(2, JSON.stringify({ largest, total }))`

  const { stderr, exitCode } = await runner.run({ argv: ['node', '-e', script], timeoutMs: 60_000 })

  t.equal(exitCode, 0)
  const { largest, total } = JSON.parse(stderr) as { largest: number, total: number }
  t.ok(largest < total, `the file held ${Math.round(largest / 1e6)} MB at most, of ${Math.round(total / 1e6)} MB written`)
})

t.test('a descendant that keeps the outputs open does not hold the run', async t => {
  const { runner } = setUp(t)

  const { stdout, exitCode } = await runner.run({ argv: shell('sleep 1000 & echo $!') })

  const pid = Number(stdout)
  t.teardown(() => process.kill(pid))
  t.equal(exitCode, 0)
  t.ok(isRunning(pid), 'the descendant goes on')
})

t.test('what goes on in the command\'s group cannot fill the disk: its outputs are emptied', async t => {
  const { runner, folder } = setUp(t)
  const emptied = makePipe(folder, 'emptied')
  // Goes on after the command has exited, and tells when its file has become smaller.
  const script = `
    const block = Buffer.alloc(65536, 'x')
    for (let before = 0, size = 0; size >= before;) {
      before = size
      if (size < 8e6) fs.writeSync(1, block)
      size = fs.fstatSync(1).size
    }
    fs.writeFileSync(${JSON.stringify(emptied)}, 'emptied')`
  const gate = makePipe(folder, 'gate')

  const { exitCode, stdout } = await runner.run({ argv: shell('node -e "$1" < "$2" & echo $!', script, gate) })
  const pid = Number(stdout)
  t.teardown(() => { if (isRunning(pid)) process.kill(pid) })
  await writeFile(gate, 'go')

  t.equal(exitCode, 0)
  t.equal(await readFile(emptied, 'utf8'), 'emptied')
})

t.test('an abort ends the whole group, also those of it that ignore SIGTERM', async t => {
  const { runner, folder } = setUp(t, { killAfterMs: 1000 })
  const started = makePipe(folder, 'started')
  const controller = new AbortController()
  const script = 'trap "exit 7" TERM; (trap "" TERM; echo > "$1"; exec sleep 1000) & echo $!; wait'

  const running = runner.run({ argv: shell(script, started), signal: controller.signal })
  await readFile(started)
  controller.abort('timeout')
  const result = await running

  t.match(result, { exitCode: 7, timedOut: true })
  await untilDead(Number(result.stdout))
})

t.test('who was stopped is ended in good order too', async t => {
  const { runner, folder } = setUp(t, { killAfterMs: 60_000 })
  const started = makePipe(folder, 'started')
  const controller = new AbortController()

  const running = runner.run({
    argv: shell('trap "echo ended; exit 9" TERM; echo > "$1"; kill -STOP $$; while :; do :; done', started), signal: controller.signal
  })
  await readFile(started)
  controller.abort('cancelled')

  t.match(await running, { exitCode: 9, stdout: 'ended\n' })
})

t.test('what has left the group is not reached: it is the business of the cancel command', async t => {
  const { runner, folder } = setUp(t)
  const started = makePipe(folder, 'started')
  const controller = new AbortController()

  const running = runner.run({
    argv: shell('setsid sh -c \'echo $$ > "$1"; exec sleep 1000\' sh "$1" & wait', started), signal: controller.signal
  })
  const pid = Number(await readFile(started, 'utf8'))
  t.teardown(() => { process.kill(pid) })
  controller.abort('cancelled')

  t.match(await running, { signal: 'SIGTERM' })
  t.ok(isRunning(pid))
})

t.test('a command has only so much time', async t => {
  const { runner } = setUp(t)

  t.match(await runner.run({ argv: ['sleep', '1000'], timeoutMs: 20 }), { signal: 'SIGTERM', timedOut: true })
})

t.test('a command that ignores SIGTERM is killed', async t => {
  const { runner, folder } = setUp(t, { killAfterMs: 50 })

  const started = makePipe(folder, 'started')
  const controller = new AbortController()

  const running = runner.run({
    argv: shell('trap "" TERM; echo > "$1"; while :; do sleep 1; done', started), signal: controller.signal
  })
  await readFile(started)
  controller.abort('cancelled')

  t.match(await running, { exitCode: null, signal: 'SIGKILL', timedOut: false })
})

t.test('a cancel ends the command, and what it had said is kept', async t => {
  const { runner, folder } = setUp(t)
  const started = makePipe(folder, 'started')
  const controller = new AbortController()

  const running = runner.run({ argv: shell('echo working; echo > "$1"; exec sleep 1000', started), signal: controller.signal })
  await readFile(started)
  controller.abort('cancelled')

  t.match(await running, { signal: 'SIGTERM', stdout: 'working\n', timedOut: false })
})

t.test('at shutdown a command is left alone and goes on', async t => {
  const { runner, folder } = setUp(t)
  const [started, go, result] = [makePipe(folder, 'started'), makePipe(folder, 'go'), makePipe(folder, 'result')]
  const controller = new AbortController()

  const running = runner.run({
    argv: shell('echo > "$1"; read line < "$2"; echo "did $line with $(wc -c)" | tee "$3"', started, go, result),
    stdin: 'x'.repeat(4 * 1024 * 1024),
    signal: controller.signal
  })
  await readFile(started)
  controller.abort('shutdown')
  await t.rejects(running.catch(reason => { throw new Error(String(reason)) }), { message: 'shutdown' })
  await writeFile(go, 'work\n')

  t.equal(await readFile(result, 'utf8'), 'did work with 4194304\n', 'with all of its input')
})

t.test('what was aborted before is not started', async t => {
  const { runner, folder } = setUp(t)
  const trace = join(folder, 'trace')

  const cancelled = await runner.run({ argv: ['touch', trace], signal: AbortSignal.abort('cancelled') })
  const stopped = await runner.run({ argv: ['touch', trace], signal: AbortSignal.abort('shutdown') }).catch((reason: unknown) => reason)

  t.match(cancelled.startError, /not started: cancelled/)
  t.equal(stopped, 'shutdown')
  t.notOk(existsSync(trace))
})

t.test('a new runner removes what dead agents left, and nothing else', async t => {
  const outputDir = t.testdir({ keep: { file: 'a' } })
  const dead = `steward-run-${deadPid()}-0123456789ab-AbCdEf`
  const earlier = `steward-run-${process.pid}-0123456789ab-AbCdEf`
  const alive = `steward-run-${process.ppid}-0123456789ab-AbCdEf`
  for (const name of [dead, earlier, alive]) mkdirSync(join(outputDir, name))
  writeFileSync(join(outputDir, dead, 'stdout'), 'old')
  const linked = dead.replace('AbCdEf', 'linked')
  symlinkSync(join(outputDir, 'keep'), join(outputDir, linked))

  await createCommandRunner({ outputDir }).run({ argv: ['true'] })

  t.same(readdirSync(outputDir).sort(), ['keep', alive, linked].sort())
})

t.test('many commands at once do not mix their outputs', async t => {
  const { runner } = setUp(t)

  const results = await Promise.all(Array.from({ length: 20 }, (_, n) => runner.run({ argv: ['echo', String(n)] })))

  t.same(results.map(result => result.stdout), Array.from({ length: 20 }, (_, n) => `${n}\n`))
})
