import t from 'tap'
import type { ActionPage } from '../../../src/client/model.js'
import { eventually } from '../../support/eventually.js'
import { createOutsideProgress } from '../../support/outside-progress.js'
import { runProgram, startProgram, type Ran } from '../../support/program.js'

const folder = t.testdir()
const outside = createOutsideProgress(folder)
outside.say({})
const { url } = await startProgram(t, { folder, args: outside.args })
const env = { STEWARD_URL: url }
const script = 'agent.steward/test.script'
const ping = 'agent.replicante.io/test.ping'
const long = { steps: [{ do: 'sleep', ms: 3_600_000 }] }
const unknown = '00000000-0000-4000-8000-000000000000'

async function cancel (...args: string[]): Promise<Ran> {
  return await runProgram(['cancel', ...args], { folder, env })
}

async function schedule (kind: string, args?: object): Promise<string> {
  const answer = await fetch(`${url}/api/v1/actions`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind, args })
  })
  return (await answer.json() as { id: string }).id
}

async function textOf (id: string): Promise<string> {
  return await (await fetch(`${url}/api/v1/actions/${id}`)).text()
}

/** Kinds of what still waits or runs, in order. */
async function left (): Promise<string[]> {
  const { actions } = await (await fetch(`${url}/api/v1/actions?state=NEW,RUNNING&order=asc`)).json() as ActionPage
  return actions.map(({ kind }) => kind)
}

t.test('each id has its line; the highest code is the one of the command', async t => {
  const ended = await schedule(ping)
  await fetch(`${url}/api/v1/actions/${ended}?wait=30s`)
  const [running, waiting] = [await schedule(script, long), await schedule(ping)]

  const { code, stdout, stderr } = await cancel(waiting, running.toUpperCase(), '--wait', waiting)

  t.same({ code, stderr }, { code: 0, stderr: '' })
  t.equal(stdout, `${waiting}  FAILED  ${ping}  cancelled\n${running}  FAILED  ${script}  cancelled\n`)
  t.match(await cancel(unknown), { code: 12, stdout: new RegExp(`^${unknown}  No action has the id`) })
  const both = await cancel(ended, unknown, '-o', 'json')
  t.equal(both.code, 13)
  t.match(JSON.parse(both.stdout), [{ id: ended, action: null, result: /is DONE/ }, { id: unknown, action: null, result: /No action/ }])
})

t.test('one that cannot be stopped is told with its reason; without --wait one that runs is told to stop', async t => {
  const id = await schedule(outside.kind)
  await eventually('it goes on outside', async () => (await textOf(id)).includes('"phase":"check"'))

  t.match(await cancel(id), { code: 13, stdout: /cannot be cancelled now/ })
  outside.say({ status: 'finished' })
  await fetch(`${url}/api/v1/actions/${id}?wait=30s`)

  const running = await schedule(script, long)
  await eventually('it runs', async () => (await textOf(running)).includes('"state":"RUNNING"'))
  t.equal((await cancel(running)).stdout, `${running}  RUNNING  ${script}  told to stop\n`)
})

t.test('--all cancels what its filters say, and needs --yes where nobody can be asked', async t => {
  const running = await schedule(script, long)
  for (const kind of [ping, ping, 'agent.replicante.io/debug.success', script]) await schedule(kind)

  t.match(await cancel('--all'), { code: 2, stdout: '', stderr: /^steward: 5 actions fit\. .*--yes/ })
  t.equal((await left()).length, 5)
  t.match(await cancel('--all', '--kind', ping, '--state', 'new', '--yes'), { code: 0 })
  t.same(await left(), [script, 'agent.replicante.io/debug.success', script])
  t.match(await cancel('--all', '--kind', 'agent.replicante.io/*', '--yes', '--wait'), { code: 0, stdout: /debug\.success {2}cancelled/ })
  const rest = await cancel('--all', '--yes', '--wait')
  t.match(rest, { code: 0, stderr: '' })
  t.equal(rest.stdout.trim().split('\n').at(-1), `${running}  FAILED  ${script}  cancelled`, 'the newest first, so that none begins to run')
  t.match(await cancel('--all', '--yes'), { code: 0, stdout: '', stderr: 'steward: there is nothing to cancel.\n' })
})

t.test('what is wrong with the command line is told before anything is cancelled', async t => {
  const id = await schedule(script, long)
  const cases: Array<[string[], RegExp]> = [
    [[], /which actions\?/],
    [[id, '--all'], /not both/],
    [[id, '--yes'], /are for --all/],
    [[id, '--kind', script], /are for --all/],
    [[id, id.slice(0, 8)], /is no whole id/],
    [['--all', '--state', 'DONE', '--yes'], /only NEW and RUNNING/],
    [['--all', '--state', 'OLD', '--yes'], /It must be NEW/]
  ]
  for (const [args, expected] of cases) t.match(await cancel(...args), { code: 2, stdout: '', stderr: expected }, args.join(' '))
  t.same(await left(), [script])
  await cancel(id, '--wait')
})
