import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { builtProgram, runProgram, startProgram } from '../../support/program.js'
import { noTerminal, startInTerminal } from '../../support/terminal.js'

const folder = t.testdir()
const { url } = await startProgram(t, { folder })
const env = { STEWARD_URL: url }
const fail = 'agent.replicante.io/test.fail'

interface Written {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a line of shell in which "$@" is a command of the program. */
async function inShell (line: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Written> {
  const { PATH = '' } = process.env
  const child = spawn('/bin/sh', ['-c', line, 'sh', process.execPath, builtProgram, ...args], {
    cwd: folder, env: { PATH, ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe']
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { stdout, stderr }
}

t.test('a reader that takes its time gets everything', async t => {
  const kinds = Array.from({ length: 5000 }, (_, at) => ({ kind: `a.example/k${at}`, summary: 'x'.repeat(100) }))
  const server = createServer((_request, response) => { response.end(JSON.stringify({ kinds })) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close() })
  const other = { STEWARD_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }

  // Longer than a command that is done waits for what might keep it.
  const { stdout } = await inShell('"$@" | { sleep 2; cat; }', ['kinds', '-o', 'json'], other)

  t.same(JSON.parse(stdout), kinds)
})

t.test('a command whose reader is gone ends, and keeps the code that it has', async t => {
  const line = '{ "$@"; echo "code $?" >&2; } | true'

  t.match((await inShell(line, ['run', fail, '--wait'])).stderr, /\ncode 20\n$/)
  t.match((await inShell(line, ['kinds'])).stderr, /^code 0\n$/)
})

t.test('arguments come from standard input and from files, in UTF-8', async t => {
  const run = ['run', 'agent.replicante.io/test.ping', '--wait', '-o', 'json', '--args']
  writeFileSync(join(folder, 'bom.json'), '\ufeff{"count": 2}')
  writeFileSync(join(folder, 'latin.json'), Buffer.from([0x22, 0xe4, 0x22]))

  const { stdout } = await inShell('{ printf "{\\"count\\": "; printf 3}; } | "$@"', [...run, '-'])
  t.match(JSON.parse(stdout), { args: { count: 3 } })
  t.match(JSON.parse((await runProgram([...run, '@bom.json'], { folder, env })).stdout), { args: { count: 2 } })
  const cases: Array<[string, RegExp]> = [
    ['@latin.json', /latin\.json cannot be read: .*utf-8/], ['@none.json', /none\.json cannot be read: ENOENT/], ['@.', /EISDIR/]
  ]
  for (const [args, words] of cases) {
    t.match(await runProgram([...run, args], { folder, env }), { code: 2, stderr: words, stdout: '' }, args)
  }
})

t.test('Ctrl-C ends it while it waits for standard input: 130', async t => {
  const child = spawn(process.execPath, [builtProgram, 'run', fail, '--args', '-'], {
    cwd: folder, env: { ...env }, stdio: ['pipe', 'ignore', 'ignore'], timeout: 20_000, killSignal: 'SIGKILL'
  })
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  // More than fits between the two: when it is gone, the program reads, and has begun to listen to the signal.
  child.stdin.write(' '.repeat(1_000_000))
  await once(child.stdin, 'drain')
  child.kill('SIGINT')

  t.same(await ended, [130, null])
})

t.test('the lines that it says to type ask the same agent', async t => {
  const script = ['run', 'agent.steward/test.script', '--args', '{"steps":[{"do":"sleep","ms":600000}]}', '--wait', '--timeout', '0s']
  const { code, stderr } = await runProgram([...script, '--url', url], { folder })
  const [, line = ''] = /\n {2}steward (cancel .*?) {3}to end it\n/.exec(stderr) ?? []

  t.equal(code, 22)
  t.match((await inShell(`"$@" ${line}`, [])).stdout, /told to stop|cancelled/)
  t.match(line, `--url ${url}`)
})

t.test('at a terminal', { skip: noTerminal }, async t => {
  t.test('that says that it has no columns, tables are as in one of 80', async t => {
    const ls = startInTerminal(t, ['kinds'], { folder, columns: 0, env })

    t.equal(await ls.ended, 0)
    t.match(ls.written(), /^KIND +SUMMARY\r\nagent\.replicante\.io\/debug\.fail +Fail at once\.\r\n/)
  })
})
