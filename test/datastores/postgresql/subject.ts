import type { Test } from 'tap'
import { createPostgresqlDriver } from '../../../src/datastores/postgresql/driver.js'
import type { PostgresqlParts } from '../../../src/datastores/postgresql/driver.js'
import type { PostgresqlSettings } from '../../../src/datastores/postgresql/settings.js'
import type { JsonValue } from '../../../src/domain/json.js'
import type { ActionKind, Outcome } from '../../../src/domain/kind.js'
import { silentLogger } from '../../../src/domain/log.js'
import type { Driver, NodeSettings } from '../../../src/domain/ports/datastore.js'
import { createKindContext } from '../../support/kind-context.js'
import type { FakeRun } from '../../support/kind-context.js'
import type { PostgresqlServer } from '../../support/postgresql.js'

/** How a driver differs from the usual one. */
export interface SubjectOptions {
  readonly settings?: Partial<PostgresqlSettings>
  readonly node?: Partial<NodeSettings>
  readonly parts?: Partial<PostgresqlParts>
}

/** A driver beside a server, which is closed at the end of the test. */
export interface PostgresqlSubject {
  readonly driver: Driver
  /** The driver's kind of that short name, such as `vacuum`. */
  kind (name: string): ActionKind
  /** Runs it with these arguments; what it reported comes with its outcome. */
  run (name: string, args?: JsonValue, run?: FakeRun): Promise<{ outcome: Outcome, reported: readonly JsonValue[] }>
}

/** Makes a driver of the SQL kinds: it has no data folder, and runs no programs. */
export function createSubject (t: Test, server: PostgresqlServer, options: SubjectOptions = {}): PostgresqlSubject {
  const driver = createPostgresqlDriver({
    settings: { ...server.settings, data_dir: null, ...options.settings },
    node: { nodeId: null, clusterId: null, clusterDisplayName: null, addresses: {}, timeoutMs: 2000, ...options.node },
    backupDir: '/nonexistent'
  }, {
    log: silentLogger,
    run: { run: () => Promise.reject(new Error('The SQL kinds run no programs.')) },
    supervisor: null,
    ...options.parts
  })
  t.teardown(() => driver.datastore.close())
  const kind = (name: string): ActionKind => {
    const found = driver.kinds.find(kind => kind.kind === `postgresql.steward/${name}`)
    if (found === undefined) throw new Error(`There is no kind ${name}`)
    return found
  }
  return {
    driver,
    kind,
    async run (name, args = {}, run = {}) {
      const { context, reported } = createKindContext({ args, ...run })
      return { outcome: await kind(name).run(context), reported }
    }
  }
}

/** Makes a role that may log in with the password `pw`. */
export async function createRole (server: PostgresqlServer, name: string, privileges = ''): Promise<Partial<PostgresqlSettings>> {
  await server.sql(`create role ${name} login password 'pw' ${privileges}`)
  return { user: name, password: 'pw' }
}
