import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from './config/config.js'
import { systemClock as clock } from './domain/clock.js'
import { silentLogger, type Logger } from './domain/log.js'
import type { NodeInfo } from './domain/info.js'
import type { Driver } from './domain/ports/datastore.js'
import type { Inspector } from './domain/ports/inspector.js'
import type { Command } from './domain/ports/process.js'
import { SupervisorError, type Supervisor } from './domain/ports/supervisor.js'
import { createDriver } from './drivers.js'
import { createInspector } from './info/inspector.js'
import { agentVersion } from './info/version.js'
import { createCommandRunner } from './process/commands.js'
import { reviewCommands } from './process/review.js'
import { createSupervisor } from './supervisors/supervisor.js'

/** Makes the inspector of this agent and of its datastore. */
export function createOwnInspector ({ driver: { datastore }, config, log }:
{ driver: Driver, config: Config, log: Logger }): Inspector {
  return createInspector({ datastore, agent: agentVersion(), timeoutMs: config.datastore.timeout_seconds * 1000, log })
}

/** What is around an agent, looked at once and without one. */
export interface Surroundings {
  readonly node: NodeInfo
  /** What is configured and cannot work here, in sentences. */
  readonly doubts: readonly string[]
}

/** Looks at the datastore, at what its driver needs, at the service, and at the commands. Changes nothing. */
export async function inspectSurroundings (config: Config): Promise<Surroundings> {
  const outputDir = mkdtempSync(join(tmpdir(), 'steward-check-'))
  const run = createCommandRunner({ outputDir })
  const supervisor = createSupervisor(config.service, { run })
  const driver = await createDriver(config, { clock, log: silentLogger, run, supervisor })
  try {
    const [node, ofDriver, ofService, ofCommands] = await Promise.all([
      createOwnInspector({ driver, config, log: silentLogger }).node(),
      driver.review?.() ?? [],
      supervisor === null ? [] : reviewService(supervisor),
      reviewConfiguredCommands(config)
    ])
    return { node, doubts: [...ofDriver, ...ofService, ...ofCommands] }
  } finally {
    await driver.datastore.close()
    rmSync(outputDir, { recursive: true, force: true })
  }
}

/** What of the commands in the configuration cannot work on this machine, in sentences. Runs none of them. */
export async function reviewConfiguredCommands (config: Config): Promise<string[]> {
  const found = await Promise.all(configuredCommands(config).map(async ({ owner, commands }) =>
    (await reviewCommands(commands)).map(doubt => `The commands of ${owner}: ${doubt}.`)))
  return found.flat()
}

interface OwnedCommands {
  /** Where in the configuration they are. */
  readonly owner: string
  readonly commands: readonly Command[]
}

function configuredCommands ({ external_actions: actions, service: { supervisor, options } }: Config): OwnedCommands[] {
  return [
    ...supervisor === 'commands' ? [{ owner: 'service', commands: commandsOf(options, ['pid', 'start', 'stop']) }] : [],
    ...Object.entries(actions).map(([name, action]) =>
      ({ owner: `external_actions.${name}`, commands: commandsOf(action, ['action', 'check', 'cancel']) }))
  ]
}

interface Placement {
  readonly user: string | null
  readonly working_directory: string | null
  readonly nice?: number
  readonly env?: Readonly<Record<string, string>>
}

type Commands<Name extends string> = Readonly<Partial<Record<Name, readonly string[]>>>

function commandsOf<Name extends string> (settings: Placement & Commands<Name>, names: readonly Name[]): Command[] {
  const { user, working_directory: cwd, nice = 0, env = {} } = settings
  return names.flatMap(name => settings[name] === undefined ? [] : [settings[name]]).map(argv => ({
    argv: argv as unknown as [string, ...string[]],
    nice,
    env,
    ...user === null ? {} : { user },
    ...cwd === null ? {} : { cwd }
  }))
}

/** Whether the supervisor can be asked at all. */
async function reviewService (supervisor: Supervisor): Promise<string[]> {
  try {
    await supervisor.pid(new AbortController().signal)
    return []
  } catch (error) {
    if (!(error instanceof SupervisorError)) throw error
    return [[error.message, ...error.layers].join(' ')]
  }
}
