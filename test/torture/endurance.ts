/**
 * Millions of actions through one agent, over HTTP, with pruning: `npm run torture -- endurance`. Writes a sample a
 * second as JSON lines, a summary and a plot into bench/results, which is not in git, and with `--save` the plot into
 * docs. Ends with 1 when memory grows, an event is lost, or anything was answered that is not right.
 */
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openWatchers } from '../../bench/harness/clients.js'
import { machineLine } from '../../bench/harness/machine.js'
import { eventually } from '../support/eventually.js'
import { startLongAgent } from './agent.js'
import { beginLoad, eventsOf } from './clients.js'
import { drawCharts, type Series } from './plot.js'
import { createSampler, type Sample } from './samples.js'
import { summarize, type Summary } from './summary.js'

const { values: options } = parseArgs({
  options: {
    actions: { type: 'string', default: '2000000' },
    clients: { type: 'string', default: '32' },
    out: { type: 'string', default: fileURLToPath(new URL('../../bench/results', import.meta.url)) },
    save: { type: 'boolean', default: false }
  }
})

/** What is not the default: as few finished actions as a small machine keeps, pruned all the time. */
const settings = {
  STEWARD_ACTIONS_PRUNE_KEEP: '1000',
  STEWARD_ACTIONS_PRUNE_AGE_DAYS: '0',
  STEWARD_ACTIONS_PRUNE_INTERVAL_SECONDS: '1'
}

/** Megabytes of heap for each million actions after which it is a leak: a hundred bytes for each action. */
const leakMb = 100
/** Too few to tell a leak from a heap that still grows to its size. */
const fewActions = 500_000

interface Ran {
  readonly samples: readonly Sample[]
  readonly summary: Summary
}

async function run (folder: string, report: (sample: Sample) => void): Promise<Ran> {
  const actions = Number(options.actions)
  const agent = await startLongAgent(folder, settings)
  const [watcher] = await openWatchers(agent.url, 1)
  const load = beginLoad({ url: agent.url, actions, clients: Number(options.clients) })
  const sample = createSampler(agent, load)
  const samples: Sample[] = []
  for (let isOver = false; !isOver;) {
    isOver = await Promise.race([pause(1000).then(() => false), load.over.then(() => true)])
    const taken = await sample()
    samples.push(taken)
    report(taken)
  }
  // One that was too slow for the pruning, which here keeps a second's actions, is told that it missed some.
  await eventually('the watcher is told of everything, or of a gap',
    () => watcher !== undefined && (watcher.events() === eventsOf(actions) || watcher.gaps() > 0))
  watcher?.close()
  const code = await agent.stop()
  if (code !== 0) throw new Error(`the agent ended with ${code}`)
  return { samples, summary: summarize(samples, load) }
}

function draw (samples: readonly Sample[], { actions }: Summary): string {
  const line = (name: string, colour: string, figure: (sample: Sample) => number): Series =>
    ({ name, colour, points: samples.map(sample => [sample.actions, figure(sample)]) })
  return drawCharts({
    title: `${actions.toLocaleString('en-US')} actions through one agent`,
    across: 'actions',
    charts: [
      { title: 'Memory, MB', series: [line('resident', '#1f5fa8', each => each.rssMb), line('heap', '#d9822b', each => each.heapMb)] },
      {
        title: 'Scheduling: to the acknowledgement, ms',
        series: [line('p99', '#1f5fa8', each => each.scheduleP99), line('p50', '#d9822b', each => each.scheduleP50)]
      },
      {
        title: 'From scheduling to DONE, ms',
        series: [line('p99', '#1f5fa8', each => each.doneP99), line('p50', '#d9822b', each => each.doneP50)]
      },
      { title: 'Files, MB', series: [line('database', '#1f5fa8', each => each.databaseMb), line('write-ahead log', '#d9822b', each => each.logMb)] }
    ]
  })
}

mkdirSync(options.out, { recursive: true })
const base = join(options.out, `endurance-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`)
const folder = mkdtempSync(join(tmpdir(), 'steward-endurance-'))
try {
  const { samples, summary } = await run(folder, sample => {
    appendFileSync(`${base}.jsonl`, `${JSON.stringify(sample)}\n`)
    process.stdout.write(`\r${sample.actions.toLocaleString('en-US')} actions, ${Math.round(sample.rssMb)} MB `)
  })
  writeFileSync(`${base}.json`, `${JSON.stringify({ machine: machineLine(options.out), ...summary }, null, 2)}\n`)
  writeFileSync(`${base}.svg`, draw(samples, summary))
  if (options.save) copyFileSync(`${base}.svg`, fileURLToPath(new URL('../../docs/endurance.svg', import.meta.url)))
  process.stdout.write(`\n${JSON.stringify(summary, null, 2)}\nSamples, summary and plot: ${base}.*\n`)
  if (summary.actions >= fewActions && summary.heapMbPerMillion > leakMb) {
    throw new Error(`the heap grows by ${Math.round(summary.heapMbPerMillion)} MB with each million actions`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
