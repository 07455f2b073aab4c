import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Command, CommandRunner } from '../../src/domain/ports/process.js'
import { createCommandRunner } from '../../src/process/commands.js'
import { reviewCommands } from '../../src/process/review.js'
import { temporaryFolder, type Teardown } from '../support/engine.js'
import { makePipe, untilDead } from '../support/processes.js'

const skip = process.getuid?.() === 0 ? false : 'needs root: only root can run commands as another user'

/** There on every machine. */
const user = 'nobody'
const [uid, gid] = ['-u', '-g'].map(option => Number(execFileSync('id', [option, user]))) as [number, number]

interface Subject {
  readonly runner: CommandRunner
  /** Any user may pass through it, as through the data folder of an agent. */
  readonly folder: string
  readonly workDir: string
}

function setUp (t: Teardown): Subject {
  const folder = temporaryFolder(t)
  chmodSync(folder, 0o755)
  const workDir = join(folder, 'work')
  return { runner: createCommandRunner({ outputDir: join(folder, 'outputs'), workDir }), folder, workDir }
}

/** Runs what is given as that user, in a folder that the user may enter. */
const as = (name: string) => ({ user: name, cwd: '/' })

const shell = (script: string, ...args: string[]): [string, ...string[]] => ['/bin/sh', '-c', script, 'sh', ...args]

t.test('a command of another user has that user\'s groups, no capability, and none of the agent\'s groups', { skip }, async t => {
  const { runner } = setUp(t)
  const own = process.getgroups?.() ?? []
  process.setgroups?.([4, 20])
  t.teardown(() => { process.setgroups?.(own) })
  // Where PostgreSQL is installed, its user has groups beside its first.
  const users = ['nobody', 'daemon', 'postgres'].filter(name => readFileSync('/etc/passwd', 'utf8').includes(`\n${name}:`))
  const ofId = (name: string, option: string): string => execFileSync('id', [option, name], { encoding: 'utf8' }).trim()

  for (const name of users) {
    const { stdout } = await runner.run({ ...as(name), argv: shell('id -u; id -g; id -G; grep -E "^Cap(Prm|Eff|Amb|Inh)" /proc/self/status') })

    const [uid, gid, groups, ...capabilities] = stdout.trim().split('\n')
    t.same([uid, gid, groups], [ofId(name, '-u'), ofId(name, '-g'), ofId(name, '-G')], name)
    t.equal(capabilities.length, 4)
    for (const line of capabilities) t.match(line, /:\s*0+$/)
  }
})

t.test('its environment names that user, and not the agent\'s home', { skip }, async t => {
  const { runner } = setUp(t)

  const { stdout } = await runner.run({ ...as('daemon'), argv: ['env'], env: { LOGNAME: 'given' } })

  t.match(stdout, /^HOME=\/usr\/sbin$/m)
  t.match(stdout, /^USER=daemon$/m)
  t.match(stdout, /^LOGNAME=given$/m)
})

t.test('its standard streams are its own, and nobody else\'s', { skip }, async t => {
  const { runner } = setUp(t)
  const script = 'cat /dev/stdin; echo out >> /dev/stdout; echo err >> /dev/stderr; stat -L -c "%a %U" /dev/fd/0 /dev/fd/1 /dev/fd/2'

  const result = await runner.run({ ...as(user), argv: shell(script), stdin: 'in ' })

  t.match(result, { exitCode: 0, stdout: /^in out\n(600 nobody\n){3}$/, stderr: 'err\n' })
})

t.test('it cannot put links or other files in the place of its outputs, nor read what is the agent\'s', { skip }, async t => {
  const { runner, folder } = setUp(t)
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'the secret\n', { mode: 0o600 })
  const script = `
    out=$(readlink /proc/$$/fd/1)
    rm "$out"; mv "$out" "$out.old"; ln -s "$1" "$out.link"; ls "$(dirname "$out")"; cat "$1"
    truncate -s 1T /dev/stdout; echo end`

  const result = await runner.run({ ...as(user), argv: shell(script, secret) })

  t.match(result, { exitCode: 0, stdout: /end\n$/, truncated: { stdout: true } })
  t.notMatch(result.stdout, /secret/)
  t.equal(result.stderr.match(/Permission denied/g)?.length, 5, 'each of its tries was refused')
  t.equal(readFileSync(secret, 'utf8'), 'the secret\n')
})

t.test('it has a folder of its own, which stays', { skip }, async t => {
  const { runner, workDir } = setUp(t)

  const first = await runner.run({ user, ownFolder: 'dump', argv: shell('pwd; echo state > file') })
  const second = await runner.run({ user, ownFolder: 'dump', argv: ['cat', 'file'] })

  const path = join(workDir, 'dump')
  t.match(first, { exitCode: 0, stdout: `${path}\n` })
  t.equal(second.stdout, 'state\n')
  t.match(statSync(path), { uid, gid })
  t.equal(statSync(path).mode & 0o777, 0o700)
  t.match(await runner.run({ user: 'daemon', cwd: '/', argv: ['ls', path] }), { exitCode: 2, stderr: /Permission denied/ })
})

t.test('a folder of its own goes along when its user changes, but never through a link', { skip }, async t => {
  const { runner, workDir, folder } = setUp(t)
  const run = async (name?: string) => await runner.run({ ownFolder: 'dump', argv: ['touch', 'file'], ...name === undefined ? {} : { user: name } })

  t.match(await run(), { exitCode: 0 })
  t.match(statSync(join(workDir, 'dump')), { uid: 0 })
  rmSync(join(workDir, 'dump', 'file'))
  t.match(await run(user), { exitCode: 0 })
  t.match(statSync(join(workDir, 'dump')), { uid })
  rmSync(join(workDir, 'dump'), { recursive: true })
  mkdirSync(join(folder, 'elsewhere'))
  symlinkSync(join(folder, 'elsewhere'), join(workDir, 'dump'))

  t.match((await run(user)).startError, /working folder cannot be made/)
  t.match(lstatSync(join(folder, 'elsewhere')), { uid: 0 })
})

t.test('what becomes the user is never taken from where the command looks for its programs', { skip }, async t => {
  const { runner, folder } = setUp(t)
  const traces = join(folder, 'traces')
  mkdirSync(traces, { mode: 0o777 })
  for (const name of ['setpriv', 'nice', 'getent']) {
    writeFileSync(join(folder, name), `#!/bin/sh\n/usr/bin/id -u > ${traces}/${name}\n`, { mode: 0o755 })
  }

  const result = await runner.run({ ...as(user), nice: 1, argv: ['id', '-u'], env: { PATH: `${folder}:/usr/bin:/bin` } })

  t.match(result, { exitCode: 0, stdout: `${uid}\n` })
  for (const name of ['setpriv', 'nice', 'getent']) t.notOk(existsSync(join(traces, name)), name)
})

t.test('a command is as nice as it is to be, with the exit that it has', async t => {
  const { runner } = setUp(t)

  t.match(await runner.run({ nice: 7, argv: shell('nice; exit 126') }), { stdout: '7\n', exitCode: 126, startError: null })
  t.match(await runner.run({ nice: 19, argv: shell('kill -KILL $$') }), { signal: 'SIGKILL', exitCode: null })
  t.match((await runner.run({ nice: 7, argv: ['absent'] })).startError, /there is no program "absent" in its PATH/)
  t.match((await runner.run({ nice: 7, argv: ['/etc/passwd'] })).startError, /no program/)
})

t.test('a command of another user has a niceness too, and its arguments as they are', { skip }, async t => {
  const { runner } = setUp(t)

  t.match(await runner.run({ ...as(user), nice: 7, argv: shell('nice; id -un; printf "%s\n" "$@"', '--reuid', '$HOME', '') }), {
    stdout: `7\n${user}\n--reuid\n$HOME\n\n`, exitCode: 0
  })
})

t.test('a cancel ends the group of another user', { skip }, async t => {
  const { folder } = setUp(t)
  const started = makePipe(folder, 'started')
  chmodSync(started, 0o666)
  const controller = new AbortController()
  const argv = shell('(trap "" TERM; exec sleep 1000) & echo $! > "$1"; wait', started)

  const running = createCommandRunner({ outputDir: join(folder, 'outputs'), killAfterMs: 100 })
    .run({ ...as(user), argv, signal: controller.signal })
  const pid = Number(await readFile(started, 'utf8'))
  controller.abort('cancelled')

  t.match(await running, { signal: 'SIGTERM' })
  await untilDead(pid)
})

t.test('what cannot be started as that user says why', { skip }, async t => {
  const { runner, folder } = setUp(t)
  const closed = join(folder, 'closed')
  writeFileSync(closed, '#!/bin/sh\n', { mode: 0o700 })
  const why = async (command: Omit<Command, 'cwd'>): Promise<string | null> => (await runner.run({ cwd: '/', ...command })).startError

  t.equal(await why({ user: 'no-such-user', argv: ['true'] }), 'there is no user "no-such-user" on this machine')
  t.match(await why({ user, argv: ['absent'] }), /there is no program "absent" in its PATH/)
  t.match(await why({ user, nice: 1, argv: [closed] }), /nice: .*closed/)
  for (const name of ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'GLIBC_TUNABLES']) {
    t.match(await why({ user, argv: ['true'], env: { [name]: '/x' } }), new RegExp(`^${name} cannot be given to a command of another user`))
  }
  t.equal(await why({ user: 'root', argv: ['true'], env: { LD_BIND_NOW: '1' } }), null, 'the agent\'s own user is nobody else')
})

t.test('who is not root cannot become another, and is told so', async t => {
  const { runner } = setUp(t)
  const own = process.getuid
  process.getuid = () => 1234567
  t.teardown(() => { Object.assign(process, { getuid: own }) })

  const { startError } = await runner.run({ ...as(user), argv: ['true'] })

  t.equal(startError, `only an agent that runs as root can run a command as another user, here as "${user}"`)
})

t.test('what of commands cannot work is known before they run', async t => {
  const { folder } = setUp(t)
  const plain = join(folder, 'plain')
  writeFileSync(plain, '')
  const trace = join(folder, 'trace')

  t.strictSame(await reviewCommands([
    { argv: ['touch', trace], cwd: folder },
    { argv: ['absent'] }, { argv: ['absent'] },
    { argv: [plain] },
    { argv: ['true'], user: 'no-such-user' },
    { argv: ['true'], cwd: plain },
    { argv: ['true'], nice: 3 }
  ]), [
    'there is no program "absent" in its PATH that can be executed',
    `there is no program "${plain}" that can be executed`,
    'there is no user "no-such-user" on this machine',
    `there is no folder ${plain}, which is to be the working folder`
  ])
  t.notOk(existsSync(trace))
})
