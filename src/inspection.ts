import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from './config/config.js'
import { systemClock as clock } from './domain/clock.js'
import { silentLogger, type Logger } from './domain/log.js'
import type { NodeInfo } from './domain/info.js'
import type { Driver } from './domain/ports/datastore.js'
import type { Inspector } from './domain/ports/inspector.js'
import { SupervisorError, type Supervisor } from './domain/ports/supervisor.js'
import { createDriver } from './drivers.js'
import { createInspector } from './info/inspector.js'
import { agentVersion } from './info/version.js'
import { createCommandRunner } from './process/commands.js'
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

/** Looks at the datastore, at what its driver needs, and at the service. Changes nothing. */
export async function inspectSurroundings (config: Config): Promise<Surroundings> {
  const outputDir = mkdtempSync(join(tmpdir(), 'steward-check-'))
  const run = createCommandRunner({ outputDir })
  const supervisor = createSupervisor(config.service, { run })
  const driver = await createDriver(config, { clock, log: silentLogger, run, supervisor })
  try {
    const [node, ofDriver, ofService] = await Promise.all([
      createOwnInspector({ driver, config, log: silentLogger }).node(),
      driver.review?.() ?? [],
      supervisor === null ? [] : reviewService(supervisor)
    ])
    return { node, doubts: [...ofDriver, ...ofService] }
  } finally {
    await driver.datastore.close()
    rmSync(outputDir, { recursive: true, force: true })
  }
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
