import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { exitCodes } from '../../src/cli/exit-codes.js'
import { createAgentClient } from '../support/agent-client.js'
import { temporaryFolder } from '../support/engine.js'
import { startProgram } from '../support/program.js'

const deployed = (path: string): string => fileURLToPath(new URL(`../../deploy/systemd/${path}`, import.meta.url))
const confined = fileURLToPath(new URL('../support/confined.sh', import.meta.url))

const unit = readFileSync(deployed('steward.service'), 'utf8')
const examples = readdirSync(deployed('examples'))
const asRoot = spawnSync('unshare', ['--mount', 'true']).status === 0
  ? {}
  : { skip: 'needs root, and the right to mount: only so can the agent be confined without systemd' }

/** What the unit, or a drop-in, says of a setting; undefined where it is silent. */
function setting (text: string, name: string): string | undefined {
  return text.match(new RegExp(`^${name}=(.*)$`, 'm'))?.[1]
}

/** The unit in a folder of its own, with a program that exists on this machine, and a drop-in if there is one. */
function installed (t: Test, dropIn?: string): string {
  const folder = t.testdir()
  const program = setting(unit, 'ExecStart')?.split(' ')[0] ?? ''
  const file = join(folder, 'steward.service')
  writeFileSync(file, unit.replace(program, process.execPath))
  if (dropIn === undefined) return file
  mkdirSync(join(folder, 'steward.service.d'))
  cpSync(dropIn, join(folder, 'steward.service.d', 'example.conf'))
  return file
}

function analyze (...args: string[]) {
  return spawnSync('systemd-analyze', args, { encoding: 'utf8', env: { ...process.env, SYSTEMD_COLORS: '0', LC_ALL: 'C.UTF-8' } })
}

/** What systemd finds wrong. It only warns of settings that it does not know. */
function complaints (file: string): string {
  const { status, stdout, stderr } = analyze('verify', '--man=no', file)
  return `${status === 0 ? '' : `code ${status}\n`}${stdout}${stderr}`
}

if (spawnSync('systemd-analyze', ['--version']).status !== 0) t.plan(0, 'needs systemd-analyze: apt-get install systemd')
else suites()

function suites (): void {
  t.test('systemd has nothing to say against the unit', async t => {
    t.equal(complaints(installed(t)), '')
  })

  t.test('nor against it with any of the drop-ins', async t => {
    for (const name of examples) await t.test(name, async t => { t.equal(complaints(installed(t, deployed(`examples/${name}`))), '') })
  })

  t.test('a setting that systemd does not know would be found', async t => {
    const nonsense = join(temporaryFolder(t), 'nonsense.conf')
    writeFileSync(nonsense, '[Service]\nWatchdogSeconds=60\n')

    t.match(complaints(installed(t, nonsense)), /Unknown key/)
  })

  t.test('the unit is as confined as the documentation says', async t => {
    const { stdout } = analyze('security', '--offline=true', installed(t))
    const [, exposure = ''] = stdout.match(/Overall exposure level for steward\.service: ([\d.]+) OK/) ?? []
    const document = readFileSync(new URL('../../docs/deployment.md', import.meta.url), 'utf8')

    t.ok(Number(exposure) > 0 && Number(exposure) < 3, `it is ${exposure}; 10 is the worst`)
    t.match(document, `**${exposure}**`)
  })

  t.test('the account is one that systemd-sysusers takes', async t => {
    const root = temporaryFolder(t)
    const { status, stderr } = spawnSync('systemd-sysusers', ['--dry-run', `--root=${root}`, deployed('steward.sysusers.conf')],
      { encoding: 'utf8' })

    t.equal(status, 0, stderr)
    t.match(stderr, /Would create user 'steward'|Creating user 'steward'/)
  })

  t.test('no restart where none can help, and each of those codes is one of ours', async t => {
    const codes = setting(unit, 'RestartPreventExitStatus')?.split(' ').map(Number)

    t.strictSame(codes, [exitCodes.usage, exitCodes.databaseNewer, exitCodes.databaseUnusable])
  })

  t.test('the stop takes no longer than systemd waits', async t => {
    const schema = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
    const grace = Number(schema.match(/STEWARD_ACTIONS_GRACE_SECONDS=(\d+)/)?.[1])

    t.ok(Number(setting(unit, 'TimeoutStopSec')) >= grace + 30, 'the grace of running actions, and what parts take to stop')
  })

  t.test('the agent runs as the unit confines it: without capabilities, on a read-only file system', asRoot, async t => {
    t.equal(setting(unit, 'CapabilityBoundingSet'), '')
    const folder = t.testdir()
    const writable = `${folder} ${setting(unit, 'ReadWritePaths') ?? ''}`
    const program = await startProgram(t, { folder, through: [confined, writable, '-all'] })
    const client = createAgentClient(program.url)

    const { id } = await client.schedule('sqlite.steward/backup')
    t.match(await client.finished(id), { state: 'DONE' })

    program.kill('SIGTERM')
    t.strictSame(await program.exited, { code: 0, signal: null })
    const elsewhere = `${folder}-probe`
    const probe = spawnSync(confined, [writable, '-all', '/bin/sh', '-c', 'cat /proc/self/status; touch "$0"', elsewhere],
      { encoding: 'utf8' })
    t.match(probe.stdout, /^CapEff:\t0{16}$/m, 'it was confined indeed')
    t.notOk(existsSync(elsewhere))
  })

  t.test('with the drop-in for other users, external actions run as theirs, and the agent can do nothing else', asRoot, async t => {
    const dropIn = readFileSync(deployed('examples/other-users.conf'), 'utf8')
    const capabilities = setting(dropIn, 'CapabilityBoundingSet')?.split(' ') ?? []
    const folder = temporaryFolder(t)
    const config = join(folder, 'steward.yaml')
    const check = ['/bin/echo', '{"status":"finished"}']
    writeFileSync(config, JSON.stringify({
      external_actions: { who: { description: 'Says who it is.', action: ['/usr/bin/id', '-un'], check, user: 'nobody' } }
    }))
    const through = [
      confined, `${folder} ${setting(unit, 'ReadWritePaths') ?? ''}`,
      ['-all', ...capabilities.map(name => `+${name.replace(/^CAP_/, '').toLowerCase()}`)].join(',')
    ]
    const client = createAgentClient((await startProgram(t, { folder, args: ['--config', config], through })).url)

    const { id } = await client.schedule('external.agent.replicante.io/who')
    const { state, state_payload: payload } = await client.finished(id)

    t.equal(state, 'DONE', JSON.stringify(payload))
    t.match(JSON.stringify(payload), 'nobody')
  })
}
