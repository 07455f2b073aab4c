#!/usr/bin/env node
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { v7 } from 'uuid'
import { createAccess } from './access/access.js'
import type { CliActions, CommonOptions, Output } from './cli/actions.js'
import { exitCodes, type ExitCode } from './cli/exit-codes.js'
import { beginLifetime } from './cli/lifetime.js'
import { runCli } from './cli/run-cli.js'
import { parseBind, type Bind } from './config/bind.js'
import type { Config } from './config/config.js'
import { ConfigError, loadConfig, type LoadedConfig } from './config/load.js'
import { printConfig } from './config/print.js'
import { createSqliteDriver } from './datastores/sqlite/driver.js'
import { systemClock as clock } from './domain/clock.js'
import type { ActionKind } from './domain/kind.js'
import type { Access } from './domain/ports/access.js'
import type { Driver } from './domain/ports/datastore.js'
import type { Inspector } from './domain/ports/inspector.js'
import { everyObserver, type Observer } from './domain/ports/observer.js'
import type { CommandRunner } from './domain/ports/process.js'
import type { Protocol } from './domain/ports/protocol.js'
import type { Scheduler } from './domain/ports/scheduler.js'
import { Executor } from './executor/executor.js'
import { Pruner } from './executor/pruner.js'
import { createApp } from './http/app.js'
import { createInspector } from './info/inspector.js'
import { agentVersion } from './info/version.js'
import { createExternalKind } from './kinds/external.js'
import { builtInKinds } from './kinds/index.js'
import { createRegistry } from './kinds/registry.js'
import { createCommandRunner } from './process/commands.js'
import { createJobRunner } from './process/jobs.js'
import { createReplicanteClassic } from './protocols/replicante-classic/protocol.js'
import { createScheduler } from './scheduler/scheduler.js'
import { backupDatabase, checkDatabase } from './store/check.js'
import { StoreError } from './store/errors.js'
import { openStore } from './store/store.js'
import { createLogger } from './telemetry/log.js'
import { createMetrics } from './telemetry/metrics.js'

/** How long each listener may take to close. */
const closeLimitMs = 5000

/** The whole agent, put together and not yet started. */
export interface Agent {
  readonly access: Access
  /** The migrations that opening the database applied. */
  readonly migrated: { readonly applied: readonly string[], readonly copy: string | null }
  readonly renderDocuments: () => Record<string, string>
  /** Starts everything; resolves with the URL that it listens on. */
  start (bind: Bind): Promise<string>
  /** Ends everything, in the reverse order, each part within a limit. */
  stop (): Promise<void>
}

/** What an agent needs of the process that it runs in. */
export interface AgentOptions {
  readonly log: Logger
  /** Called when the database can no longer be used. */
  readonly onFatal: (error: StoreError) => void
}

/** The datastore drivers, by the name in the configuration. */
const drivers: Record<Config['datastore']['kind'], (config: Config, log: Logger) => Driver> = {
  sqlite: ({ datastore, node }, log) => createSqliteDriver({
    path: datastore.path,
    backupDir: datastore.backup_dir,
    nodeId: datastore.node_id,
    clusterId: datastore.cluster_id,
    clusterDisplayName: datastore.cluster_display_name_override,
    addresses: node.address
  }, { jobs: createJobRunner(), clock, log })
}

interface ProtocolParts {
  readonly scheduler: Scheduler
  readonly inspector: Inspector
  readonly access: Access
}

/** The protocols that the configuration switches on. */
function createProtocols ({ replicante }: Config, parts: ProtocolParts): Array<Protocol<FastifyInstance>> {
  return [
    ...replicante.classic.enabled
      ? [createReplicanteClassic({ ...parts, config: { list: replicante.list, trees: replicante.classic.trees } })]
      : []
  ]
}

function externalKinds ({ external_actions: actions }: Config, run: CommandRunner): ActionKind[] {
  return Object.entries(actions).map(([name, settings]) => createExternalKind(name, {
    description: settings.description,
    action: settings.action as [string, ...string[]],
    check: settings.check as [string, ...string[]],
    ...settings.cancel === undefined ? {} : { cancel: settings.cancel as [string, ...string[]] },
    ...typeof settings.args === 'object' ? { args: settings.args } : {},
    timeoutMs: settings.timeout_seconds * 1000,
    commandTimeoutMs: settings.command_timeout_seconds * 1000,
    checkMinMs: settings.check_min_ms,
    checkMaxMs: settings.check_max_ms,
    env: settings.env
  }, { run, clock }))
}

/**
 * Puts the agent together. Opens its database, and nothing else.
 * @throws StoreError when the database cannot be opened; Error when the configuration contradicts itself
 */
export async function createAgent (config: Config, { log, onFatal }: AgentOptions): Promise<Agent> {
  const { actions, http } = config
  const access = accessOf(config)
  refuseOwnDatabase(config)
  const driver = drivers[config.datastore.kind](config, log)
  const run = createCommandRunner({ outputDir: join(dirname(resolve(config.db)), 'output') })
  const registry = configured(() => createRegistry([...builtInKinds({ clock }), ...driver.kinds, ...externalKinds(config, run)]))

  // Observers join as they are made; the list is read anew with each call.
  const observers: Observer[] = []
  const observer = everyObserver(observers)
  const store = openStore({ path: config.db, clock, queueLimit: actions.queue_limit, observer, onFatal })
  const version = agentVersion()
  const metrics = createMetrics({
    clock,
    version: version.number,
    queue: () => ({ lanes: store.lanes(), oldestWaiting: store.oldestWaiting() })
  })
  observers.push(metrics.observer)

  const scheduler = createScheduler({ store, registry, newId: v7, disabled: access.actionsDisabled })
  const executor = new Executor({
    store,
    kinds: registry,
    log,
    observer,
    maxLanes: actions.max_lanes,
    payloadLimit: actions.payload_limit,
    graceMs: actions.grace_seconds * 1000
  })
  const pruner = new Pruner({
    store,
    clock,
    log,
    observer,
    keep: actions.prune_keep,
    ageMs: actions.prune_age_days * 86_400_000,
    intervalMs: actions.prune_interval_seconds * 1000
  })
  const inspector = createInspector({
    datastore: driver.datastore, agent: version, timeoutMs: config.datastore.timeout_seconds * 1000, log
  })
  const protocols = createProtocols(config, { scheduler, inspector, access })
  for (const protocol of protocols) if (protocol.observer !== undefined) observers.push(protocol.observer)

  const readiness = (): string | null => store.trouble() ??
    (access.actionsDisabled !== null || executor.running ? null : 'the executor is not running')
  const { app, endWaits, renderDocuments } = await createApp({
    scheduler,
    inspector,
    access,
    clock,
    log,
    metrics,
    observer,
    protocols,
    readiness,
    config: {
      hosts: http.hosts,
      origins: http.origins,
      bodyLimit: http.body_limit,
      waitLimitSeconds: http.wait_limit_seconds,
      requestTimeoutSeconds: http.request_timeout_seconds,
      docs: http.docs
    }
  })

  return {
    access,
    renderDocuments,
    migrated: store.migrated,
    async start (bind) {
      await driver.datastore.start()
      if (access.actionsDisabled === null) await executor.recover()
      for (const protocol of protocols) await protocol.start()
      if (access.actionsDisabled === null) await executor.start()
      await pruner.start()
      return await listen(app, bind)
    },
    async stop () {
      // Waits and streams end first, and everything but liveness is refused; the listener itself closes when the work
      // has ended,
      // so that managers are told what happens instead of finding nobody.
      endWaits()
      scheduler.refuse()
      await pruner.stop()
      await executor.stop()
      await within(closeLimitMs, app.close())
      for (const protocol of [...protocols].reverse()) await within(closeLimitMs, protocol.stop())
      await within(closeLimitMs, driver.datastore.close())
      metrics.close()
      store.close()
    }
  }
}

async function listen (app: FastifyInstance, bind: Bind): Promise<string> {
  await app.listen(bind)
  const { address, port, family } = app.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** The promise, or nothing once the limit is over. */
async function within (limitMs: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>(resolve => { timer = setTimeout(resolve, limitMs) })
  await Promise.race([promise, limit]).finally(() => { clearTimeout(timer) })
}

function bindOf (config: Config): Bind {
  const bind = parseBind(config.bind)
  if (bind === null) throw new ConfigError([`bind: "${config.bind}" is not HOST:PORT`])
  return bind
}

function accessOf (config: Config): Access {
  return configured(() => createAccess({ host: bindOf(config).host, actions: config.actions.enabled }))
}

/**
 * The queue is no datastore to look after: even reading the file's header beside SQLite would drop SQLite's locks on
 * it.
 */
function refuseOwnDatabase ({ db, datastore }: Config): void {
  const real = (path: string): string => existsSync(path) ? realpathSync(path) : resolve(path)
  if (real(db) === real(datastore.path)) {
    throw new ConfigError([`datastore.path and db both name ${db}. The queue has a database of its own: name another file for one of them.`])
  }
}

/** What is made of the configuration: where that fails, the configuration is what has to be changed. */
function configured<T> (make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)])
  }
}

function load ({ config: file, set }: CommonOptions): LoadedConfig {
  return loadConfig({ env: process.env, file, flags: set })
}

const codeOfTrouble = {
  locked: exitCodes.databaseBusy,
  newer: exitCodes.databaseNewer,
  unusable: exitCodes.databaseUnusable,
  io: exitCodes.inputOutput,
  replaced: exitCodes.databaseReplaced
} as const

/** Tells of an error that a user can do something about, and gives its exit code; throws any other. */
function explain (error: unknown, { err }: Output): ExitCode {
  if (error instanceof StoreError) {
    err(`steward: ${error.message}`)
    return codeOfTrouble[error.trouble]
  }
  if (error instanceof ConfigError) {
    for (const line of error.lines) err(`steward: ${line}`)
    return exitCodes.usage
  }
  throw error
}

async function explained (output: Output, command: () => Promise<ExitCode> | ExitCode): Promise<ExitCode> {
  try {
    return await command()
  } catch (error) {
    return explain(error, output)
  }
}

/** `steward serve`: runs the agent until a signal, or until its database is lost. */
async function serve (options: CommonOptions, output: Output): Promise<ExitCode> {
  const { config } = load(options)
  const log = createLogger({ level: config.log.level, pretty: process.stdout.isTTY })
  const lifetime = beginLifetime(signal => { log.info({ signal }, 'stopping') })
  const agent = await createAgent(config, {
    log,
    onFatal: error => {
      log.fatal({ err: error }, 'the database is lost')
      output.err(`steward: ${error.message}`)
      lifetime.end(codeOfTrouble[error.trouble])
    }
  })
  try {
    const { applied, copy } = agent.migrated
    if (applied.length > 0) log.info({ applied, copy }, 'migrated the database')
    const url = await agent.start(bindOf(config))
    log.info({ url, pid: process.pid }, 'listening')
    if (agent.access.actionsDisabled !== null) log.warn({}, `actions are disabled: ${agent.access.actionsDisabled}`)
    greet(url, config, output)
    return await lifetime.over
  } catch (error) {
    if (isListenError(error)) {
      output.err(`steward: cannot listen on ${config.bind}: ${error.message}. Choose another address with STEWARD_BIND.`)
      return exitCodes.cannotListen
    }
    throw error
  } finally {
    await agent.stop()
    lifetime.release()
    log.info({}, 'stopped')
  }
}

function isListenError (error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')
}

/** For the person at the terminal: standard output belongs to the log. */
function greet (url: string, { http, datastore, db }: Config, { err }: Output): void {
  err([
    '',
    `Steward listens on ${url}`,
    ...http.docs ? [`  try it in a browser  ${url}/docs`] : [],
    `  queue ${db}, datastore ${datastore.kind} ${datastore.path}`,
    '  back the datastore up:',
    '',
    `  curl -X POST -H 'content-type: application/json' -d '{"kind":"sqlite.steward/backup"}' ${url}/api/v1/actions`,
    ''
  ].join('\n'))
}

/** What the commands do. */
export const cliActions: CliActions = {
  serve: (options, output) => explained(output, () => serve(options, output)),

  check: (options, output) => explained(output, () => {
    const loaded = load(options)
    if (options.print) output.out(printConfig(loaded))
    const { bind, db } = loaded.config
    accessOf(loaded.config)
    refuseOwnDatabase(loaded.config)
    const { exists, pending } = checkDatabase(db)
    output.err(`The configuration is valid; the agent would listen on ${bind}.`)
    output.err(!exists ? `There is no database at ${db} yet; the first start makes it.`
      : pending.length > 0 ? `The database ${db} is sound; the next start applies ${pending.join(', ')}.`
        : `The database ${db} is sound and up to date.`)
    return exitCodes.ok
  }),

  migrate: (options, output) => explained(output, () => {
    const { config: { db, actions } } = load(options)
    const store = openStore({ path: db, clock, queueLimit: actions.queue_limit })
    const { applied, copy } = store.migrated
    store.close()
    output.out(applied.length === 0 ? `${db} is up to date.` : `${db}: applied ${applied.join(', ')}.`)
    if (copy !== null) output.out(`The database as it was before is kept as ${copy}.`)
    return exitCodes.ok
  }),

  backup: (file, options, output) => explained(output, () => {
    const { config: { db } } = load(options)
    backupDatabase(db, file)
    output.out(`${db} was copied to ${file}; the copy passed its integrity check.`)
    return exitCodes.ok
  }),

  openapi: (options, output) => explained(output, async () => {
    const documents = await renderOpenApi(load(options).config)
    if (options.list) {
      output.out(Object.keys(documents).map(file => file.replace(/\.json$/, '')).join('\n'))
      return exitCodes.ok
    }
    const text = documents[`${options.document ?? Object.keys(documents)[0]}.json`]
    if (text === undefined) {
      output.err(`steward: there is no document "${options.document}"; "steward openapi --list" names those that there are.`)
      return exitCodes.usage
    }
    output.out(text.trimEnd())
    return exitCodes.ok
  })
}

/** The OpenAPI documents by file name, made from the routes themselves. Uses a database of its own for a moment. */
export async function renderOpenApi (config: Config): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'steward-openapi-'))
  try {
    const log = createLogger({ level: 'silent' })
    const agent = await createAgent({ ...config, db: join(folder, 'steward.db') }, { log, onFatal: () => {} })
    const documents = agent.renderDocuments()
    await agent.stop()
    return documents
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Carries out a command line and sets the exit code of the process. */
export async function main (argv: readonly string[]): Promise<void> {
  process.setSourceMapsEnabled(true)
  const output: Output = {
    out: line => { process.stdout.write(`${line}\n`) },
    err: line => { process.stderr.write(`${line}\n`) }
  }
  process.exitCode = await runCli({ argv, version: agentVersion().number, actions: cliActions, output })
  // A run that ignored its signal must not keep the process: by now it is on disk as what it is.
  setTimeout(() => { process.exit() }, 1000).unref()
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2))
}
