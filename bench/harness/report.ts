import type { Measurement, Scenario } from './scenario.js'
import { median, readable } from './statistics.js'
import { judge, type Outcome, type Place, type Target } from './targets.js'

/** What a report is made of. */
export interface ReportParts {
  readonly scenarios: readonly Scenario[]
  readonly measurements: readonly Measurement[]
  readonly targets: readonly Target[]
  /** Lines above the tables: commit, date, machine. */
  readonly about: readonly string[]
}

/** The whole report as Markdown: the targets, then a table per scenario. */
export function report ({ scenarios, measurements, targets, about }: ReportParts): string {
  const run = new Set(scenarios.map(({ name }) => name))
  const wanted = targets.filter(({ of }) => run.has(of.scenario))
  const outcomes = judge(wanted, place => medianOf(measurements, place))
  return [
    '# Results',
    ...about,
    ...outcomes.length === 0 ? [] : ['## Targets', table(['what', 'wanted', 'reached', ''], outcomes.map(outcomeRow))],
    ...scenarios.flatMap(scenario => [
      `## ${scenario.name}`, scenario.about, scenarioTable(measurements.filter(each => each.scenario === scenario.name))
    ])
  ].join('\n\n') + '\n'
}

function medianOf (measurements: readonly Measurement[], { scenario, contender, metric }: Place): number | null {
  const values = measurements.flatMap(each =>
    each.scenario === scenario && each.contender === contender && 'value' in each && each.name === metric ? [each.value] : [])
  return values.length === 0 ? null : median(values)
}

function outcomeRow ({ target, value, reached }: Outcome): string[] {
  const { what, atLeast, atMost } = target
  const wanted = atLeast === undefined ? `at most ${readable(atMost ?? NaN)}` : `at least ${readable(atLeast)}`
  return [what, wanted, value === null ? 'not measured' : readable(value), reached === null ? '' : reached ? 'yes' : '**no**']
}

/** One row per contender and metric: the median of the rounds, the least and the greatest, and the probes likewise. */
function scenarioTable (measurements: readonly Measurement[]): string {
  const groups = new Map<string, Measurement[]>()
  for (const each of measurements) {
    const key = `${each.contender}\0${'value' in each ? each.name : ''}`
    groups.set(key, [...groups.get(key) ?? [], each])
  }
  const rows = [...groups.values()].flatMap(group => group[0] === undefined ? [] : [row(group[0], group)])
  return table(['contender', 'what may be lost, or how durable', 'metric', 'median', 'least .. greatest', 'fsyncs/s'], rows)
}

function row (first: Measurement, group: readonly Measurement[]): string[] {
  if ('notMeasured' in first) return [first.contender, first.durability, `not measured: ${first.notMeasured}`, '', '', '']
  const values = group.flatMap(each => 'value' in each ? [each.value] : [])
  const unit = first.unit === 'count' ? '' : ` ${first.unit}`
  return [
    first.contender, first.durability, first.name, readable(median(values)) + unit, spread(values),
    spread(group.map(({ probe }) => probe))
  ]
}

function spread (values: readonly number[]): string {
  const [least, greatest] = [readable(Math.min(...values)), readable(Math.max(...values))]
  return least === greatest ? least : `${least} .. ${greatest}`
}

function table (head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
