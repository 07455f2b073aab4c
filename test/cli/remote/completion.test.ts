import { execFile, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { createAgentClient } from '../../support/agent-client.js'
import { freePorts } from '../../support/free-ports.js'
import { builtProgram, runProgram, startProgram } from '../../support/program.js'

const folder = t.testdir({ 'ca-here.pem': '', bin: {} })
writeFileSync(join(folder, 'bin', 'steward'), `#!/bin/sh\nexec '${process.execPath}' '${builtProgram}' "$@"\n`, { mode: 0o755 })
const { url } = await startProgram(t, { folder })
const { id } = await createAgentClient(url).schedule('agent.replicante.io/debug.success')
const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: folder, STEWARD_URL: url, LC_ALL: 'C.UTF-8' }
const ping = 'agent.replicante.io/test.ping'

/** What a shell offers at the end of some words. */
type Offer = (words: readonly string[]) => Promise<string[]>

async function scriptFor (shell: string): Promise<string> {
  const { code, stdout } = await runProgram(['completion', shell], { folder })
  if (code !== 0) throw new Error(`no script for ${shell}`)
  const file = join(folder, `script.${shell}`)
  writeFileSync(file, stdout)
  return file
}

async function linesOf (program: string, args: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: folder, env })
  if (stderr !== '') throw new Error(stderr)
  return stdout.split('\n').map(line => line.split('\t')[0]!).filter(line => line !== '')
}

function missing (shell: string): string | false {
  return spawnSync(shell, ['--version']).status === 0 ? false : `needs ${shell}: apt-get install ${shell}`
}

/** What every shell has to offer. */
async function isComplete (t: Test, offer: Offer): Promise<void> {
  const commands = await offer([''])
  for (const command of ['serve', 'run', 'ls', 'show', 'cancel', 'kinds', 'events', 'token', 'completion']) t.ok(commands.includes(command), command)
  t.notOk(commands.includes('__complete'))
  t.same(await offer(['ls', '--lim']), ['--limit'])
  t.same((await offer(['ls', '-o', ''])).sort(), ['json', 'table', 'yaml'])
  t.same((await offer(['ls', '--state', ''])).sort(), ['DONE', 'FAILED', 'NEW', 'RUNNING'])
  t.same((await offer(['token', 'c'])), ['create'])
  t.ok((await offer(['token', 'create', '--'])).includes('--scope'))
  t.same(await offer(['ls', '--cacert', 'ca-h']), ['ca-here.pem'])
  t.same((await offer(['completion', ''])).sort(), ['bash', 'fish', 'zsh'])
  t.same(await offer(['run', 'agent.replicante.io/test.p']), [ping])
  t.same(await offer(['kinds', 'agent.replicante.io/test.p']), [ping])
  t.same(await offer(['run', '--requester', 'me', ping, 'c']), ['count='])
  t.same(await offer(['show', id.slice(0, 10)]), [id])
  t.same(await offer(['cancel', '--wait', id, id.slice(0, 10)]), [id])
}

for (const setup of ['', '. /usr/share/bash-completion/bash_completion; ']) {
  const title = setup === '' ? 'bash completes' : 'bash with bash-completion completes'
  const skip = missing('bash') || (setup !== '' && !existsSync('/usr/share/bash-completion/bash_completion') && 'needs bash-completion: apt-get install bash-completion')
  t.test(title, { skip }, async t => {
    const file = await scriptFor('bash')
    const call = `${setup}. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _steward; printf '%s\\n' "\${COMPREPLY[@]}"`
    const offer: Offer = async words => await linesOf('bash', ['--norc', '-c', call, 'bash', file, 'steward', ...words])

    await isComplete(t, offer)
    // As bash breaks words.
    t.same(await offer(['run', ping, 'cou', '=']), [], 'what is typed already is not offered again')
    t.same(await offer(['ls', '--output', '=', 'j']), ['json'])
    t.same(await offer(['ls', '--url', 'http', ':', '//h', ':', '1', '--lim']), ['--limit'])
    t.same(await offer(['ls', '--state', 'f']), ['FAILED'])
  })
}

t.test('fish completes', { skip: missing('fish') }, async t => {
  const file = await scriptFor('fish')
  await isComplete(t, async words =>
    await linesOf('fish', ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', file, `steward ${words.join(' ')}`]))
})

t.test('zsh completes', { skip: missing('zsh') }, async t => {
  const file = await scriptFor('zsh')
  const driver = fileURLToPath(new URL('../../support/zsh-complete.zsh', import.meta.url))
  await isComplete(t, async words => await linesOf('zsh', ['-f', driver, file, `steward ${words.join(' ')}`]))
})

t.test('where the agent is not there, nothing is offered and nothing is said', async t => {
  const [nobody = 0] = await freePorts(1)
  const words = ['kinds', 'run', '--url', `http://127.0.0.1:${nobody}`]
  for (const args of [words, ['ids', 'show', '--url'], ['keys', 'run', 'no/such'], ['nonsense']]) {
    const { stdout, stderr } = await runProgram(['__complete', ...args], { folder })
    t.same({ stdout, stderr }, { stdout: '', stderr: '' }, args.join(' '))
  }
  t.match(await runProgram(['completion', 'tcsh'], { folder }), { code: 2, stderr: /Allowed choices are bash, zsh, fish/ })
  t.match(await runProgram(['__complete', 'kinds', 'run', '--follow', '--url', url, '--wait'], { folder }), { code: 0, stdout: new RegExp(`^${ping}\tAnswer`, 'm') })
})
