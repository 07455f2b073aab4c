import { join } from 'node:path'
import type { Test } from 'tap'
import { createPostgresqlDriver } from '../../../src/datastores/postgresql/driver.js'
import type { PostgresqlSettings } from '../../../src/datastores/postgresql/settings.js'
import type { ActionKind } from '../../../src/domain/kind.js'
import { silentLogger } from '../../../src/domain/log.js'
import type { Driver } from '../../../src/domain/ports/datastore.js'
import type { Supervisor } from '../../../src/domain/ports/supervisor.js'
import { createCommandRunner } from '../../../src/process/commands.js'
import { temporaryFolder } from '../../support/engine.js'

/** A driver with a real command runner. */
export interface Beside {
  readonly driver: Driver
  readonly backupDir: string
  /** The driver's kind whose name ends so, such as `base-backup`. */
  readonly kind: (name: string) => ActionKind
}

/** Makes a driver beside a server; its connections are closed at the end of the test. */
export function createBeside (t: Test, settings: PostgresqlSettings, supervisor: Supervisor | null = null): Beside {
  const folder = temporaryFolder(t)
  const backupDir = join(folder, 'backups')
  const driver = createPostgresqlDriver({
    settings,
    node: { nodeId: null, clusterId: null, clusterDisplayName: null, addresses: {}, timeoutMs: 5000 },
    backupDir
  }, { log: silentLogger, run: createCommandRunner({ outputDir: join(folder, 'output') }), supervisor })
  t.teardown(() => driver.datastore.close())
  const kinds = [...driver.kinds, ...driver.stop === null ? [] : [driver.stop]]
  return {
    driver,
    backupDir,
    kind (name) {
      const found = kinds.find(({ kind }) => kind.endsWith(`/${name}`))
      if (found === undefined) throw new Error(`There is no kind ${name}.`)
      return found
    }
  }
}
