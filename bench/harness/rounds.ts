import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { probeDisk } from './machine.js'
import { NotMeasured, type Contender, type Measurement, type Scenario } from './scenario.js'
import { readable } from './statistics.js'

/** How a scenario is run. */
export interface RoundsOptions {
  readonly rounds: number
  readonly quick: boolean
  /** Databases are made below it. */
  readonly folder: string
  /** Called with each measurement as soon as it is there. */
  readonly onMeasurement: (measurement: Measurement) => void
}

/**
 * Runs all contenders of a scenario, one after the other, and again: A B C A B C. What changes in the machine meanwhile
 * then meets all of them. A failure is noted where the figures would be, and the others go on.
 * @returns how many measurements failed, other than for what this machine has not
 */
export async function runRounds (scenario: Scenario, options: RoundsOptions): Promise<number> {
  const { rounds, quick, folder, onMeasurement } = options
  const absent = new Set<Contender>()
  let failures = 0
  const shared = join(folder, scenario.name)
  mkdirSync(shared, { mode: 0o755 })
  try {
    await scenario.prepare?.({ folder: shared, shared, quick })
    for (let round = 1; round <= rounds; round++) {
      for (const contender of scenario.contenders) {
        if (absent.has(contender)) continue
        const about = { scenario: scenario.name, contender: contender.name, durability: contender.durability, round }
        const own = makeFolder(shared)
        try {
          const probe = probeDisk(own)
          for (const figure of await contender.measure({ folder: own, shared, quick })) {
            onMeasurement({ ...about, probe, ...figure })
          }
        } catch (error) {
          if (error instanceof NotMeasured) absent.add(contender)
          else failures++
          onMeasurement({ ...about, probe: 0, notMeasured: oneLine(error) })
        } finally {
          rmSync(own, { recursive: true, force: true })
        }
      }
    }
  } finally {
    rmSync(shared, { recursive: true, force: true })
  }
  return failures
}

/** Fit for a cell of a table. */
function oneLine (error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/[\s|]+/g, ' ').slice(0, 300)
}

/** Readable for others: PostgreSQL runs as a user of its own. */
function makeFolder (parent: string): string {
  const folder = mkdtempSync(join(parent, 'run-'))
  chmodSync(folder, 0o755)
  return folder
}

/** One measurement as a line for the terminal. */
export function progressLine (measurement: Measurement): string {
  const { scenario, round, contender, probe } = measurement
  const told = 'notMeasured' in measurement
    ? `not measured: ${measurement.notMeasured}`
    : `${measurement.name}: ${readable(measurement.value)} ${measurement.unit} (probe ${probe})`
  return `${scenario} ${round}  ${contender}  ${told}`
}
