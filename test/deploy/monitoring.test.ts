import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parse } from 'yaml'
import { createMetrics } from '../../src/telemetry/metrics.js'
import { createAgentClient } from '../support/agent-client.js'
import { startProgram } from '../support/program.js'

const folder = fileURLToPath(new URL('../../deploy/', import.meta.url))
const rulesText = readFileSync(`${folder}prometheus/steward.rules.yml`, 'utf8')

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number, readonly y: number, readonly w: number, readonly h: number }
  readonly targets?: ReadonlyArray<{ readonly refId: string, readonly expr: string }>
}

interface Variable {
  readonly name: string
  readonly type: string
  readonly definition?: string
}

interface Dashboard {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly Variable[] }
}

const rules = (parse(rulesText) as { groups: Array<{ rules: Rule[] }> }).groups.flatMap(group => group.rules)
const dashboard = JSON.parse(readFileSync(`${folder}grafana/steward.json`, 'utf8')) as Dashboard
const expressionsOfDashboard = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ definition }) => definition ?? [])
]

function described (): Set<string> {
  const metrics = createMetrics({
    clock: { now: () => 0 },
    queue: () => ({ lanes: [], oldestWaiting: null }),
    inspector: { node: () => new Promise(() => {}), shards: async () => [] },
    version: '1.2.3'
  })
  metrics.close()
  return new Set(metrics.describe().map(({ name }) => name))
}

/** The metrics that expressions name: of a histogram its series have names of their own. */
function metricsIn (expressions: readonly string[]): Set<string> {
  const names = expressions.flatMap(text =>
    text.replaceAll(/"[^"]*"/g, '').match(/\b(steward|process|nodejs)_\w+/g) ?? [])
  return new Set(names.map(name => name.replace(/_(bucket|sum|count)$/, '')))
}

const ours = described()
const unknown = (expressions: readonly string[]): string[] =>
  [...metricsIn(expressions)].filter(name => !ours.has(name))

t.test('alerts and dashboard ask for metrics that there are', async t => {
  t.strictSame(unknown(rules.map(({ expr }) => expr)), [])
  t.strictSame(unknown(expressionsOfDashboard), [])
  t.strictSame(unknown(['rate(steward_no_such_total[5m])']), ['steward_no_such_total'], 'others would be found')
})

t.test('what is worth watching is watched', async t => {
  const alerted = metricsIn(rules.map(({ expr }) => expr))
  const shown = metricsIn(expressionsOfDashboard)

  for (const name of [
    'steward_actions_enabled', 'steward_queue_oldest_waiting_seconds', 'steward_queue_depth', 'steward_stuck_runs_total',
    'steward_action_failures_total', 'steward_action_last_success_timestamp_seconds', 'steward_write_turn_failures_total', 'steward_datastore_up', 'steward_shard_lag'
  ]) t.ok(alerted.has(name), `an alert for ${name}`)
  // Of pruning and of spans that were not sent there is nothing to see from hour to hour.
  const quiet = /^steward_(prune|trace|http_held|action_progress)/
  const missing = [...ours].filter(name => name.startsWith('steward_') && !shown.has(name) && !quiet.test(name))
  t.strictSame(missing, [], 'every other metric is on the dashboard')
})

t.test('an agent tells of its datastore, and whether it takes actions', async t => {
  const scrape = async (env: Record<string, string>): Promise<string> => {
    const { url } = await startProgram(t, { folder: t.testdir(), env })
    return await (await fetch(`${url}/metrics`)).text()
  }

  const told = await scrape({})
  for (const line of ['steward_actions_enabled 1', 'steward_datastore_up 1', 'steward_datastore_shards 1']) t.match(told, `\n${line}\n`)
  t.match(await scrape({ STEWARD_ACTIONS_ENABLED: 'false' }), '\nsteward_actions_enabled 0\n')
})

t.test('when a backup last succeeded is told again after a restart', async t => {
  const folder = t.testdir()
  const kind = 'agent.replicante.io/test.success'
  const moment = new RegExp(`^steward_action_last_success_timestamp_seconds\\{kind="${kind}"\\} \\d+(\\.\\d+)?$`, 'm')
  const scrape = async (url: string): Promise<string> => await (await fetch(`${url}/metrics`)).text()
  const first = await startProgram(t, { folder })
  t.notMatch(await scrape(first.url), moment)
  const agent = createAgentClient(first.url)
  await agent.finished((await agent.schedule(kind)).id)
  const [told] = moment.exec(await scrape(first.url)) ?? []
  first.kill('SIGKILL')
  await first.exited

  const second = await startProgram(t, { folder })

  t.type(told, 'string')
  t.match(await scrape(second.url), `\n${told}\n`)
})

t.test('each alert says how bad it is, what it means, and what to do', async t => {
  for (const { alert, labels = {}, annotations = {} } of rules) {
    t.match(alert, /^Steward[A-Z]/)
    t.match(labels['severity'], /^(critical|warning)$/, alert)
    t.match(annotations['summary'], /^.{20,}\.$/, alert)
    t.match(annotations['description'], /^.{60,}$/, alert)
  }
  t.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length, 'no two have one name')
})

t.test('each alert has its place in the runbook, and no other has', async t => {
  const runbook = readFileSync(`${folder}../docs/operations.md`, 'utf8').split('\n## Runbook\n')[1] ?? ''

  t.strictSame([...runbook.matchAll(/^### (\w+)$/gm)].map(([, name]) => name).toSorted(), rules.map(({ alert }) => alert).toSorted())
})

t.test('the dashboard is whole: variables for the data source and the instance, and panels that are all there', async t => {
  const { panels, templating: { list } } = dashboard
  t.match(list, [{ name: 'datasource', type: 'datasource' }, { name: 'job' }, { name: 'instance' }, { name: 'kind' }])
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length, 'no two panels have one id')

  for (const { title, targets = [], type } of panels) {
    if (type !== 'row') t.ok(targets.length > 0 && targets.every(({ expr }) => expr.includes('instance=~"$instance"')), title)
  }
  const overlap = panels.some((one, index) => panels.slice(index + 1).some(other =>
    one.gridPos.x < other.gridPos.x + other.gridPos.w && other.gridPos.x < one.gridPos.x + one.gridPos.w &&
    one.gridPos.y < other.gridPos.y + other.gridPos.h && other.gridPos.y < one.gridPos.y + one.gridPos.h))
  t.notOk(overlap, 'none lies upon another')
})

const noPromtool = spawnSync('promtool', ['--version']).status === 0 ? {} : { skip: 'needs promtool: apt-get install prometheus' }

t.test('Prometheus takes the rules, and they alert when they should', noPromtool, async t => {
  const promtool = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: `${folder}prometheus`, encoding: 'utf8' })
    return status === 0 ? 'sound' : stdout + stderr
  }

  t.equal(promtool('check', 'rules', 'steward.rules.yml'), 'sound')
  t.equal(promtool('test', 'rules', 'steward.rules.test.yml'), 'sound')
  const tested = readFileSync(`${folder}prometheus/steward.rules.test.yml`, 'utf8')
  t.strictSame(rules.filter(({ alert }) => !tested.includes(`"${alert}"`)).map(({ alert }) => alert), [], 'each alert has a test')
})

t.test('Prometheus takes the expressions of the dashboard', noPromtool, async t => {
  const groups = [{
    name: 'dashboard',
    rules: dashboard.panels.flatMap(({ id, targets = [] }) => targets.map(({ refId, expr }) => ({
      // What Grafana fills in.
      record: `panel_${id}_${refId}`, expr: expr.replaceAll('$__rate_interval', '1m')
    })))
  }]
  const file = `${t.testdir()}/dashboard.yml`
  writeFileSync(file, JSON.stringify({ groups }))

  const { status, stderr, stdout } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })

  t.equal(status, 0, stdout + stderr)
})
