/**
 * The benchmarks: `npm run bench -- --help`. Needs a compiled product; `npm run bench` sees to that.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { commit, machineLine } from './harness/machine.js'
import { report } from './harness/report.js'
import { progressLine, runRounds } from './harness/rounds.js'
import type { Measurement, Scenario } from './harness/scenario.js'
import { both } from './scenarios/both.js'
import { drain } from './scenarios/drain.js'
import { idle } from './scenarios/idle.js'
import { loop } from './scenarios/loop.js'
import { pickup } from './scenarios/pickup.js'
import { reads } from './scenarios/reads.js'
import { schedule } from './scenarios/schedule.js'
import { size } from './scenarios/size.js'
import { sse } from './scenarios/sse.js'
import { targets } from './targets.js'

const scenarios: readonly Scenario[] = [schedule, drain, both, pickup, reads, size, idle, sse, loop]

const help = `npm run bench -- [SCENARIO...] [OPTIONS]

Without a scenario all of them run.

  --list         list the scenarios
  --rounds N     how often each is measured (default 3)
  --only NAME    only contenders whose name holds this; may be given more than once
  --quick        small numbers, one round: to see that everything works
  --out FOLDER   where results and databases go (default bench/results)
  --save         write bench/RESULTS.md too
`

const here = fileURLToPath(new URL('.', import.meta.url))

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', multiple: true },
    out: { type: 'string', default: join(here, 'results') }
  }
})

class UsageError extends Error {}

/** The scenarios that were named, with the contenders that were. */
function chosen (): Scenario[] {
  const unknown = positionals.filter(name => !scenarios.some(scenario => scenario.name === name))
  if (unknown.length > 0) throw new UsageError(`no such scenario: ${unknown.join(', ')}. --list names them.`)
  const { only } = options
  return scenarios
    .filter(({ name }) => positionals.length === 0 || positionals.includes(name))
    .map(scenario => only === undefined
      ? scenario
      : { ...scenario, contenders: scenario.contenders.filter(({ name }) => only.some(part => name.includes(part))) })
}

/** The peers are packages of their own: the product knows nothing of them. */
function installPeers (): void {
  if (existsSync(join(here, 'node_modules'))) return
  console.log('installing the peers (npm ci); where they have to be compiled this takes minutes')
  const { status } = spawnSync('npm', ['ci', '--prefix', here, '--no-audit', '--no-fund', '--loglevel=error'], { stdio: 'inherit' })
  if (status !== 0) console.log('npm ci failed: peers whose packages are missing will not be measured')
}

async function main (): Promise<void> {
  const run = chosen()
  if (options.help) return console.log(help)
  if (options.list) return console.log(run.map(({ name, about }) => `${name.padEnd(10)}${about}`).join('\n'))
  const rounds = Number(options.rounds ?? (options.quick ? 1 : 3))
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError('--rounds takes a whole number from 1 on')
  installPeers()
  const lines = await measureAll(run, rounds)
  console.log(lines)
  if (options.save) writeFileSync(join(here, 'RESULTS.md'), lines)
}

/** Runs the scenarios, writes the JSON lines as they come and the report at the end, and gives the report. */
async function measureAll (run: readonly Scenario[], rounds: number): Promise<string> {
  mkdirSync(options.out, { recursive: true })
  const folder = mkdtempSync(join(options.out, 'work-'))
  // PostgreSQL runs as another user.
  chmodSync(folder, 0o755)
  const date = new Date().toISOString()
  const about = [
    `Commit ${commit()}, ${date}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}${options.quick ? ', quick: the figures mean nothing' : ''}.`,
    `Machine: ${machineLine(folder)}.`
  ]
  console.log(about.join('\n'))
  const name = join(options.out, date.replace(/[:.]/g, '-'))
  const measurements: Measurement[] = []
  const onMeasurement = (measurement: Measurement): void => {
    measurements.push(measurement)
    appendFileSync(`${name}.jsonl`, `${JSON.stringify(measurement)}\n`)
    console.log(progressLine(measurement))
  }
  try {
    for (const scenario of run) {
      const began = performance.now()
      const failures = await runRounds(scenario, { rounds, quick: options.quick, folder, onMeasurement })
      if (failures > 0) process.exitCode = 1
      console.log(`${scenario.name}: ${Math.round((performance.now() - began) / 1000)} s`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const text = report({ scenarios: run, measurements, targets, about })
  writeFileSync(`${name}.md`, text)
  return text
}

await main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 2
})
