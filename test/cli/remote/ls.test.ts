import t from 'tap'
import type { ActionSummary } from '../../../src/client/model.js'
import { createAgentClient } from '../../support/agent-client.js'
import { eventually } from '../../support/eventually.js'
import { freePorts } from '../../support/free-ports.js'
import { runProgram, startCommand, startProgram, type Ran } from '../../support/program.js'
import { noTerminal, startInTerminal } from '../../support/terminal.js'

const folder = t.testdir({ restart: {} })
const { url } = await startProgram(t, { folder })
const env = { STEWARD_URL: url }
const agent = createAgentClient(url)
const success = 'agent.replicante.io/debug.success'

async function ls (...args: string[]): Promise<Ran> {
  return await runProgram(['ls', ...args], { folder, env })
}

async function listed (...args: string[]): Promise<readonly ActionSummary[]> {
  const { code, stdout, stderr } = await ls('-o', 'json', ...args)
  t.same({ code, stderr }, { code: 0, stderr: '' })
  return JSON.parse(stdout) as ActionSummary[]
}

async function schedule (kind: string, more: Record<string, string> = {}): Promise<string> {
  const { body } = await agent.post('/actions', { kind, ...more })
  await agent.finished(String(body['id']))
  return String(body['id'])
}

const first = await schedule(success, { requester: 'nightly' })
const second = await schedule('agent.replicante.io/debug.fail', { requester: 'ops team' })
const third = await schedule(success)

t.test('lists the newest first, in a table', async t => {
  const { code, stdout, stderr } = await ls()

  t.same({ code, stderr }, { code: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n').map(line => line.split(/ {2,}/))
  t.same(lines[0], ['ID', 'STATE', 'KIND', 'SCHEDULED', 'TOOK', 'REQUESTER'])
  t.match(lines.slice(1), [
    [third, 'DONE', success, /^2.*Z$/, /^\d+ms$|^\d.*s$/, 'AGENT_API'],
    [second, 'FAILED', 'agent.replicante.io/debug.fail', /Z$/, /s$/, 'ops team'],
    [first, 'DONE', success, /Z$/, /s$/, 'nightly']
  ])
  t.match((await ls('-o', 'yaml')).stdout, /^- id: .*\n {2}kind: /)
})

t.test('every filter is one of the agent, states in any case; globs are matched here', async t => {
  const ids = async (...args: string[]): Promise<string[]> => (await listed(...args)).map(({ id }) => id)

  t.same(await ids('--state', 'failed'), [second])
  t.same(await ids('--state', 'new,Failed', '--state', 'RUNNING'), [second])
  t.same(await ids('--kind', success), [third, first])
  t.same(await ids('--kind', 'agent.*/debug.*'), [third, second, first])
  t.same(await ids('--kind', '*.f*l'), [second])
  t.same(await ids('--kind', 'other/*'), [])
  t.same(await ids('--requester', 'nightly'), [first])
  t.same(await ids('--lane', 'main', '--protocol', 'api,other', '--order', 'asc'), [first, second, third])
  t.same(await ids('--lane', 'other'), [])
  t.same(await ids('--protocol', 'other'), [])
  t.same(await ids('--since', '1h', '--all'), [third, second, first])
  t.same(await ids('--since', '2999-01-01T00:00:00Z'), [])
  t.same(await ids('--until', '1h'), [])
  t.same(await ids('--until', '2999-01-01T00:00:00Z', '--search', 'DEBUG.'), [third, second, first])
  t.same(await ids('--search', 'Ops Team'), [second])
  t.same(await ids('--search', first), [first])
  t.same(await ids('--search', 'debug_'), [])
})

t.test('says when there are more', async t => {
  t.match(await ls('--limit', '2', '-o', 'json'), { code: 0, stderr: /more than these 2: see --limit and --all/ })
  t.match(await ls('--limit', '2', '--kind', 'agent*'), { stderr: /more than these 2/ })
  t.match(await ls('--limit', '3'), { stderr: '' })
  t.match(await ls('--limit', '1', '--kind', '*.fail'), { stderr: '' })
})

t.test('what makes no sense is told: 2', async t => {
  const cases: Array<[string[], RegExp]> = [
    [['--state', 'old'], /It must be NEW, RUNNING, DONE, FAILED/],
    [['--limit', '0'], /number from 1/],
    [['--order', 'up'], /Allowed choices are desc, asc/],
    [['--since', 'yesterday'], /such as 90m, 24h or 7d/],
    [['--watch', '-o', 'json'], /steward events -o json/]
  ]
  for (const [args, words] of cases) t.match(await ls(...args), { code: 2, stderr: words, stdout: '' }, args.join(' '))
})

t.test('--watch writes a line for each change where there is no terminal, of what fits the filter; Ctrl-C: 0', async t => {
  const watch = startCommand(t, ['ls', '--watch', '--kind', '*.success', '--requester', 'watcher'], { folder, env })
  await eventually('the list is there', () => watch.stdout().startsWith('ID'))

  await schedule('agent.replicante.io/debug.fail', { requester: 'watcher' })
  const other = await schedule(success)
  const id = await schedule(success, { requester: 'watcher' })
  await eventually('its end is told', () => watch.stdout().includes('DONE'))
  watch.kill('SIGINT')

  t.same(await watch.exited, { code: 0, signal: null })
  const lines = watch.stdout().trimEnd().split('\n').slice(1).map(line => line.split(/ {2,}/).slice(0, 2))
  t.same(lines, [[id, 'NEW'], [id, 'RUNNING'], [id, 'DONE']])
  t.notMatch(watch.stdout(), other)
  t.equal(watch.stderr(), '')
})

t.test('--watch shows of what is searched for only what has it', async t => {
  const watch = startCommand(t, ['ls', '--watch', '--search', 'DEBUG.FAIL', '--until', '2999-01-01T00:00:00Z'], { folder, env })
  await eventually('the list is there', () => watch.stdout().startsWith('ID'))
  const listed = watch.stdout().length

  await schedule(success)
  const id = await schedule('agent.replicante.io/debug.fail')
  await eventually('its end is told', () => watch.stdout().slice(listed).includes('FAILED'))
  watch.kill('SIGINT')

  t.same(await watch.exited, { code: 0, signal: null })
  const lines = watch.stdout().slice(listed).trimEnd().split('\n').map(line => line.split(/ {2,}/).slice(0, 2))
  t.same(lines, [[id, 'NEW'], [id, 'RUNNING'], [id, 'FAILED']])
})

t.test('on a terminal the list fits its width', { skip: noTerminal }, async t => {
  for (const columns of [200, 100, 80, 60, 40]) {
    const run = startInTerminal(t, ['ls', '--limit', '3'], { folder, columns, env: { ...env, NO_COLOR: '1' } })
    t.equal(await run.ended, 0)
    const lines = run.written().split('\r\n').filter(line => !line.startsWith('steward:'))
    t.ok(lines.every(line => line.length <= columns), `${columns}: ${JSON.stringify(lines)}`)
    t.match(lines.at(-2), columns < 60 ? /^[0-9a-f-]{36}/ : /^[0-9a-f-]{36} {2}(DONE|FAILED) /)
    if (columns >= 80) t.match(lines[1], /ago|now/)
  }
  const painted = startInTerminal(t, ['ls', '--state', 'done,failed', '--limit', '2'], { folder, columns: 120, env })
  t.equal(await painted.ended, 0)
  t.match(painted.written(), '\u001b[32mDONE\u001b[39m')
})

t.test('--watch on a terminal draws in place, rides over a restart and says so', { skip: noTerminal }, async t => {
  const [port = 0] = await freePorts(1)
  const options = { folder: `${folder}/restart`, args: ['--bind', `127.0.0.1:${port}`] }
  const before = await startProgram(t, options)
  const watch = startInTerminal(t, ['ls', '--watch'], { folder, columns: 90, env: { STEWARD_URL: before.url } })
  await eventually('the empty list is there', () => watch.written().includes('Ctrl-C ends.'))
  const { id } = await createAgentClient(before.url).schedule(success)
  await eventually('its end is shown', () => new RegExp(`${id} .*DONE`).test(watch.written()))

  before.kill('SIGKILL')
  await before.exited
  await eventually('the loss is told', () => watch.written().includes('the agent is gone, or stops; it is looked for again'))
  const after = await startProgram(t, options)
  const next = await createAgentClient(after.url).schedule(success)
  await eventually('the list goes on', () => new RegExp(`${next.id} .*DONE[^]*Ctrl-C ends`).test(watch.written()))
  watch.type('\u0003')

  t.equal(await watch.ended, 0)
  const controls = watch.written().split('\u001b').slice(1).map(text => /^\[[\d;?]*[A-Za-z]/.exec(text)?.[0] ?? text)
  t.ok(controls.every(control => /^\[(\d+A|K|J|2m|22m|3[0-9]m|39m)$/.test(control)), 'nothing that would have to be put back')
})

t.test('why actions failed is a column where it is more than an error', async t => {
  const held = await agent.post('/actions', { kind: 'agent.steward/test.script', args: { steps: [{ do: 'sleep', ms: 600_000 }] }, requester: 'why' })
  const id = String(held.body['id'])
  await agent.post(`/actions/${id}/cancel`, {})
  await agent.finished(id)
  await schedule('agent.replicante.io/debug.fail', { requester: 'why' })

  const lines = (await ls('--requester', 'why')).stdout.trimEnd().split('\n').map(line => line.split(/ {2,}/))
  t.same(lines.map(cells => cells.at(-1)), ['REASON', '-', 'cancelled'])
  t.match(await listed('--requester', 'why'), [{ failure: { reason: 'error', error: /./ } }, { id, failure: { reason: 'cancelled' } }])
  t.same((await listed('--search', 'was CANCELLED')).map(({ id }) => id), [id])
})
