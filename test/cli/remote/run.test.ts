import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import type { ActionDetail } from '../../../src/client/model.js'
import { eventually } from '../../support/eventually.js'
import { freePorts } from '../../support/free-ports.js'
import { runProgram, startCommand, startProgram, type Ran } from '../../support/program.js'

const folder = t.testdir()
const { url } = await startProgram(t, { folder })
const env = { STEWARD_URL: url }
const ping = 'agent.replicante.io/test.ping'
const script = 'agent.steward/test.script'
const id = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}'

async function run (...args: string[]): Promise<Ran> {
  return await runProgram(['run', ...args], { folder, env })
}

async function runScript (steps: readonly object[], ...flags: string[]): Promise<Ran> {
  return await run(script, '--args', JSON.stringify({ steps }), ...flags)
}

async function recorded (): Promise<number> {
  return (await (await fetch(`${url}/api/v1/actions?limit=1000`)).json() as { actions: unknown[] }).actions.length
}

async function detailOf (id: string): Promise<ActionDetail> {
  return await (await fetch(`${url}/api/v1/actions/${id}`)).json() as ActionDetail
}

t.test('without --wait it prints the action as soon as it is on disk', async t => {
  const { code, stdout, stderr } = await run(ping, 'count=2')
  t.same({ code, stderr }, { code: 0, stderr: '' })
  t.match(stdout, new RegExp(`^${id}  NEW  ${ping}\n$`))
  t.match(await detailOf(stdout.slice(0, 36)), { args: { count: 2 } })

  const data = await run(ping, '-o', 'json', '--requester', 'nightly', '--header', 'ticket=A=1', '--header', 'x=')
  t.match(JSON.parse(data.stdout), { kind: ping, state: 'NEW', args: null, requester: 'nightly', headers: { ticket: 'A=1', x: '' } })
})

t.test('arguments come as JSON, from a file, from standard input, or one by one', async t => {
  writeFileSync(join(folder, 'args.json'), '{"count": 3}\n')
  const argsOf = async (ran: Ran): Promise<unknown> => {
    t.equal(ran.code, 0, ran.stderr)
    return (JSON.parse(ran.stdout) as { args: unknown }).args
  }

  t.same(await argsOf(await run(ping, '-o', 'json', '--args', '{"count": 3}')), { count: 3 })
  t.same(await argsOf(await run(ping, '-o', 'json', '--args', '@args.json')), { count: 3 })
  t.same(await argsOf(await run(ping, '-o', 'json', 'count:=3')), { count: 3 })
  const through = ['/bin/sh', '-c', 'echo \'{"count": 3}\' | "$@"', 'sh']
  t.same(await argsOf(await runProgram(['run', ping, '-o', 'json', '--args', '-'], { folder, env, through })), { count: 3 })
})

t.test('what is wrong with the command line is told, with 2, and nothing is scheduled', async t => {
  const before = await recorded()
  const cases: Array<[string[], RegExp]> = [
    [[ping, 'count=x'], /^steward: count must be a whole number, not "x"\.\n$/],
    [[ping, 'cuont=1'], /^steward: the kind has no argument "cuont"; it has count\.\n$/],
    [[ping, 'count=0'], /\n {2}\/args\/count: must be >= 1\n$/],
    [[ping, 'count=1', '--args', '{}'], /not both ways/],
    [[ping, '--args', '{'], /^steward: what --args says is no JSON: /],
    [[ping, '--args', '@nowhere.json'], /^steward: nowhere.json cannot be read: /],
    [[ping, '--id', 'x'], /id/],
    [[ping, '--id', '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11', '--idempotency-key', 'k'], /cannot be used with/],
    [[ping, '--timeout', '1s'], /--timeout is for --wait and --follow/],
    [[ping, '--wait', '--timeout', 'soon'], /It must be a time such as/],
    [[ping, '--header', 'x'], /It must be NAME=VALUE/],
    [[ping, '--header', 'x=1', '--header', 'x=2'], /x is given twice/]
  ]
  for (const [args, expected] of cases) t.match(await run(...args), { code: 2, stdout: '', stderr: expected }, args.join(' '))
  t.equal(await recorded(), before)
})

t.test('the same request twice is one action, by its id or by a key', async t => {
  for (const flags of [['--id', '0198C5A1-7d3e-7cc4-9a6b-3f1f5f0f7a11'], ['--idempotency-key', 'nightly "1"']]) {
    const first = await run(ping, ...flags, '--wait')
    const second = await run(ping, ...flags, '--wait')

    t.match([first, second], [{ code: 0, stderr: '' }, { code: 0, stderr: /^steward: the same was asked for before/ }])
    t.equal(second.stdout, first.stdout)
  }
  const other = await run(script, '--id', '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11')
  t.match(other, { code: 13, stdout: '', stderr: /has other content/ })
})

t.test('--wait is silent until the end; the outcome is on standard output, and its code is the one of the command', async t => {
  const done = await runScript([{ do: 'progress', payload: 1 }, { do: 'done', payload: { file: 'a.db' } }], '--wait')
  t.match(done, { code: 0, stderr: '', stdout: new RegExp(`^${id}  DONE  ${script}  \\d+m?s\n  file: a.db\n$`) })

  const failed = await run('agent.replicante.io/test.fail', '--wait')
  t.match(failed, { code: 20, stdout: /^\S+ {2}FAILED {2}/ })
  t.match(failed.stderr, /^steward: \S+ has FAILED: The test action failed, as it was asked to\.\n {2}test\.fail always fails\n$/)

  const data = await runScript([{ do: 'done', payload: [1] }], '--wait', '-o', 'yaml')
  t.match(data, { code: 0, stdout: /^state: DONE\n(.*\n)*state_payload:\n {2}- 1\nhistory:\n/m })
})

t.test('one that is cancelled ends with 21; one that takes too long is left to itself, with 22', async t => {
  const late = await runScript([{ do: 'sleep', ms: 3_600_000 }], '--wait', '--timeout', '1s')
  t.match(late, { code: 22, stdout: '', stderr: /^steward: not over after 1\.0s\. The action goes on\.\n {2}steward show \S+ --follow/ })
  const [, slow = ''] = new RegExp(`steward show (${id})`).exec(late.stderr) ?? []
  t.match(await detailOf(slow), { state: 'RUNNING' })

  const watched = runProgram(['show', slow, '--follow'], { folder, env })
  t.match(await runProgram(['cancel', slow], { folder, env }), { code: 0 })
  t.match(await watched, { code: 21, stdout: /FAILED/, stderr: /steward: \S+ was cancelled\.\n$/ })
})

t.test('SIGTERM, as timeout(1) sends it, ends the command and not the action, says so, and gives 143', async t => {
  const steps = JSON.stringify({ steps: [{ do: 'sleep', ms: 600_000 }] })
  const command = startCommand(t, ['run', script, '--args', steps, '--follow'], { folder, env })
  await eventually('it runs', () => command.stderr().includes('RUNNING'))

  command.kill('SIGTERM')

  t.match(await command.exited, { code: 143 })
  const [, followed = ''] = /The action goes on\.\n {2}steward show (\S+) --follow/.exec(command.stderr()) ?? []
  t.match(await detailOf(followed), { state: 'RUNNING' })
  t.equal((await runProgram(['cancel', followed, '--wait'], { folder, env })).code, 0)
})

t.test('--quiet prints the id alone; a kind that there is not is told with the nearest', async t => {
  t.match((await run(ping, '-q')).stdout, new RegExp(`^${id}\n$`))
  t.match(await run(ping, '-q', '--wait'), { code: 2, stderr: /--quiet is for/ })
  t.match(await run('test.pong'), { code: 12, stderr: 'steward: No kind is named "test.pong". Did you mean agent.replicante.io/test.ping?\n' })
  t.match(await run('test.pong', 'count=1'), { code: 12, stderr: /Did you mean agent\.replicante\.io\/test\.ping\?/ })
})

t.test('--follow on a pipe is a plain line for each transition', async t => {
  const steps = [{ do: 'progress', payload: { percent: 5 } }, { do: 'progress', payload: 'two' }, { do: 'done', payload: null }]
  const { code, stderr } = await runScript(steps, '--follow')

  t.equal(code, 0)
  t.match(stderr, /^\S+Z NEW\n\S+Z RUNNING\n\S+Z RUNNING \{"percent":5\}\n\S+Z RUNNING "two"\n\S+Z DONE\n$/)
})

t.test('what an action says never moves the terminal of who reads it', async t => {
  const evil = '\u001b]0;owned\u0007\u202e\u009b2J\rdone'
  const steps = [{ do: 'progress', payload: { [evil]: evil, stage: evil, message: `${evil}\n${evil}` } }]
  const ran = await Promise.all(['table', 'json', 'yaml'].flatMap(output => [
    runScript([...steps, { do: 'done', payload: { [evil]: [evil] } }], '--follow', '-o', output),
    runScript([...steps, { do: 'fail', error: `${evil}\n${evil}` }], '--follow', '-o', output, '--header', `x=${'\u202e'}`, '--requester', '\u202e')
  ]))

  for (const { code, stdout, stderr } of ran) {
    t.ok(code === 0 || code === 20, stderr)
    t.notMatch(stdout + stderr, /[^\P{C}\n]/u)
  }
})

t.test('each trouble has its code', async t => {
  t.match(await run('no/such.kind'), { code: 12, stderr: /no\/such\.kind/ })
  t.match(await run('no/such.kind', 'a=1'), { code: 12 })
  const [port = 0] = await freePorts(1)
  const nobody = await runProgram(['run', ping], { folder, env: { STEWARD_URL: `http://127.0.0.1:${port}` } })
  t.match(nobody, { code: 10, stdout: '', stderr: /^steward: .*nothing listens there.*\n$/ })
  const hung = createServer()
  await new Promise<void>(resolve => { hung.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { hung.close() })
  const late = await runProgram(['run', ping, '--request-timeout', '1'], {
    folder, env: { STEWARD_URL: `http://127.0.0.1:${(hung.address() as AddressInfo).port}` }
  })
  t.match(late, { code: 10, stdout: '', stderr: /^Whether the action was recorded is not known; steward show \S+ tells\.\nsteward: .*did not answer in time/ })
})
