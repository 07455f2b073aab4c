import { hostname } from 'node:os'
import { basename, resolve } from 'node:path'
import Database from 'better-sqlite3'
import type { NodeInfo } from '../../domain/info.js'
import type { Logger } from '../../domain/log.js'
import type { Datastore, Driver } from '../../domain/ports/datastore.js'
import type { JobRunner } from '../../domain/ports/process.js'
import { Problem } from '../../domain/problem.js'
import type { Shard } from '../../domain/shard.js'
import { createDatabaseIfMissing } from './create.js'
import { readHeader, UnreadableDatabase } from './header.js'
import type { DatabaseHeader } from './header.js'
import { createAnalyzeKind } from './kinds/analyze.js'
import { createBackupKind } from './kinds/backup.js'
import { createCheckpointKind } from './kinds/checkpoint.js'
import { createIntegrityCheckKind } from './kinds/integrity-check.js'
import { createVacuumKind } from './kinds/vacuum.js'
import { createTaskRunner } from './task-runner.js'

/** Which database the agent stands beside, and what it is called. */
export interface SqliteOptions {
  /** The database file. In-memory databases are not supported: the agent's processes could not share one. */
  readonly path: string
  /** The only folder that `sqlite.steward/backup` writes to. */
  readonly backupDir: string
  /** Null: the name of the host. */
  readonly nodeId: string | null
  /** Null: `sqlite-` and the node's id. */
  readonly clusterId: string | null
  readonly clusterDisplayName: string | null
  readonly addresses: Readonly<Record<string, string>>
  /** Milliseconds that kinds wait for locks of the database's users. Default 30,000. */
  readonly busyTimeoutMs?: number
}

interface Dependencies {
  readonly jobs: JobRunner
  readonly log: Logger
}

/**
 * Makes the driver of one SQLite database. The agent's own process never keeps the database open: what it tells comes
 * from the file's header, and kinds work in child processes. So nothing is stale when the file is replaced, and it
 * recovers by itself when it comes back.
 */
export function createSqliteDriver (options: SqliteOptions, deps: Dependencies): Driver {
  if (options.path === ':memory:' || options.path === '') throw new TypeError('The SQLite driver needs a file.')
  const path = resolve(options.path)
  const tasks = createTaskRunner({ path, busyTimeoutMs: options.busyTimeoutMs ?? 30_000, jobs: deps.jobs })
  return {
    datastore: createDatastore({ ...options, path }, deps),
    kinds: [
      createBackupKind({ tasks, databasePath: path, backupDir: resolve(options.backupDir) }),
      createCheckpointKind(tasks),
      createVacuumKind(tasks),
      createIntegrityCheckKind(tasks),
      createAnalyzeKind(tasks)
    ],
    // Its users have it open, and nobody else: there is nothing to stop.
    stop: null
  }
}

function createDatastore (options: SqliteOptions, { log }: Dependencies): Datastore {
  const { path, nodeId, clusterId, clusterDisplayName } = options
  const id = nodeId ?? hostname()
  let started = false

  return {
    kind: 'sqlite',
    async start () {
      if (started) return
      // Once only: a database that vanishes later is trouble to tell of, not to paper over with an empty one.
      started = true
      try {
        if (await createDatabaseIfMissing(path)) log.info({ path }, 'created an empty database')
      } catch (error) {
        log.warn({ path, err: error }, 'the database file does not exist and cannot be created')
      }
    },
    node: () => describeNode({ id, options }),
    async cluster () {
      await requireHeader(path)
      return { id: clusterId ?? `sqlite-${id}`, displayName: clusterDisplayName, attributes: {} }
    },
    async version () {
      await requireHeader(path)
      return { number: libraryVersion(), checkout: null, extra: null }
    },
    shards: async () => [describeShard(path, await requireHeader(path))],
    async close () {}
  }
}

async function describeNode ({ id, options }: { id: string, options: SqliteOptions }): Promise<NodeInfo> {
  const base = { id, addresses: options.addresses }
  try {
    const header = await readHeader(options.path)
    return { ...base, status: 'HEALTHY', statusReason: null, attributes: attributesOf(header) }
  } catch (error) {
    if (!(error instanceof UnreadableDatabase)) throw error
    return { ...base, status: 'UNAVAILABLE', statusReason: error.message, attributes: {} }
  }
}

function attributesOf (header: DatabaseHeader): NodeInfo['attributes'] {
  return {
    encoding: header.encoding,
    journal_mode: header.journalMode,
    page_count: header.pageCount,
    page_size: header.pageSize,
    size_bytes: header.sizeBytes
  }
}

async function requireHeader (path: string): Promise<DatabaseHeader> {
  try {
    return await readHeader(path)
  } catch (error) {
    if (!(error instanceof UnreadableDatabase)) throw error
    throw new Problem('datastore-unavailable', { params: { reason: error.message }, cause: error })
  }
}

function describeShard (path: string, { journalMode, changeCounter }: DatabaseHeader): Shard {
  return {
    id: basename(path),
    role: 'primary',
    commitOffset: journalMode === 'wal' ? null : { value: BigInt(changeCounter), unit: { unit: 'changes' } },
    lag: null
  }
}

let version: string | null = null

/** The library's version, which is the only software of an embedded database that the agent can see. */
function libraryVersion (): string {
  if (version !== null) return version
  const database = new Database(':memory:')
  try {
    version = String(database.prepare('select sqlite_version()').pluck().get())
    return version
  } finally {
    database.close()
  }
}
