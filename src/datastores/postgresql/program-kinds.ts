import { resolve } from 'node:path'
import type { ActionKind } from '../../domain/kind.js'
import type { Logger } from '../../domain/log.js'
import type { CommandRunner } from '../../domain/ports/process.js'
import type { Supervisor } from '../../domain/ports/supervisor.js'
import { createConnections } from './connections.js'
import type { Connections } from './connections.js'
import { createBaseBackupKind } from './kinds/base-backup.js'
import { createClusterJoinKind } from './kinds/cluster-join.js'
import { createStoreStopKind } from './kinds/store-stop.js'
import { createPrograms } from './programs.js'
import { createServerControl } from './server-control.js'
import type { PostgresqlSettings } from './settings.js'

/** What the kinds that work through the server's programs are made of. */
export interface ProgramKindParts {
  readonly settings: PostgresqlSettings
  /** Absolute. */
  readonly backupDir: string
  /** Milliseconds that connecting to a server may take. */
  readonly timeoutMs: number
  /** To the node's own server. */
  readonly connections: Connections
  readonly log: Logger
  readonly run: CommandRunner
  readonly supervisor: Supervisor | null
}

/** The kinds that work through pg_basebackup and pg_ctl; those on the data folder where it is known. */
export function createProgramKinds (parts: ProgramKindParts): { kinds: ActionKind[], stop: ActionKind | null } {
  const { settings, backupDir, timeoutMs, connections, log, run, supervisor } = parts
  const { host, port, peers } = settings
  const programs = createPrograms({ settings, run, timeoutMs })
  const baseBackup = createBaseBackupKind({ programs, source: { address: { host, port }, connections }, backupDir })
  if (settings.data_dir === null) return { kinds: [baseBackup], stop: null }

  const server = createServerControl({ programs, dataDir: resolve(settings.data_dir) })
  const join = createClusterJoinKind({
    ...{ programs, server, connections, port, supervisor, peers },
    connectTo: address => createConnections({ settings: { ...settings, ...address }, timeoutMs, log })
  })
  return { kinds: [baseBackup, join], stop: createStoreStopKind({ server, connections }) }
}
