import { existsSync, realpathSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Logger } from 'pino'
import { createAccess, type AgentAccess } from './access/access.js'
import { createTokenSource } from './access/tokens/token-source.js'
import { parseBind, type Bind } from './config/bind.js'
import type { Config } from './config/config.js'
import { ConfigError } from './config/load.js'
import { systemClock as clock, type Clock, type IdSource } from './domain/clock.js'
import type { ActionKind } from './domain/kind.js'
import type { Logger as ComponentLogger } from './domain/log.js'
import type { Access } from './domain/ports/access.js'
import type { Driver } from './domain/ports/datastore.js'
import type { Inspector } from './domain/ports/inspector.js'
import { everyObserver, type Observer } from './domain/ports/observer.js'
import type { CommandRunner } from './domain/ports/process.js'
import type { Component, Protocol } from './domain/ports/protocol.js'
import type { Scheduler } from './domain/ports/scheduler.js'
import { passingTraces } from './domain/ports/tracing.js'
import { createSecretHeaders, type SecretHeaders } from './domain/secret-headers.js'
import { createDriver } from './drivers.js'
import { Executor } from './executor/executor.js'
import { Pruner } from './executor/pruner.js'
import { createApp, type HttpFaceOfAgent } from './http/app.js'
import { createTlsKeeper, TlsFilesError, type TlsKeeper } from './http/tls/keeper.js'
import { createIdSource } from './ids.js'
import { createOwnInspector, reviewConfiguredCommands } from './inspection.js'
import { createExternalKind } from './kinds/external.js'
import { builtInKinds } from './kinds/index.js'
import { createRegistry } from './kinds/registry.js'
import { serviceKinds } from './kinds/service.js'
import { createCommandRunner } from './process/commands.js'
import { createActiveWorkflow } from './protocols/activeworkflow/protocol.js'
import { createReplicanteClassic } from './protocols/replicante-classic/protocol.js'
import { createReplicanteNext } from './protocols/replicante-next/protocol.js'
import { ActivityLog } from './scheduler/activity.js'
import { createScheduler } from './scheduler/scheduler.js'
import type { StoreError } from './store/errors.js'
import { openStore } from './store/store.js'
import { createSupervisor } from './supervisors/supervisor.js'
import { createMetrics } from './telemetry/metrics.js'
import { readHeadersFile } from './telemetry/traces/headers-file.js'
import type { Traces } from './telemetry/traces/traces.js'
import { createTransitionLog } from './telemetry/transition-log.js'

interface ProtocolParts {
  readonly scheduler: Scheduler
  readonly inspector: Inspector
  readonly access: Access
  readonly isSecretHeader: SecretHeaders
  readonly clock: Clock
  readonly newId: IdSource
}

type HttpProtocol = Protocol<FastifyInstance, FastifyReply>

/** The protocols that Core speaks: it looks for its actions in the lists of both. */
const replicanteProtocols = ['replicante-classic', 'replicante-next']

/** The protocols that the configuration switches on. A new one is a folder and an entry here. */
function createProtocols ({ replicante, activeworkflow }: Config, parts: ProtocolParts): HttpProtocol[] {
  const { list, classic, next } = replicante
  const listed = list === 'own' ? replicanteProtocols : null
  return [
    ...classic.enabled ? [createReplicanteClassic({ ...parts, config: { listed, trees: classic.trees } })] : [],
    ...next.enabled ? [createReplicanteNext({ ...parts, config: { listed } })] : [],
    ...activeworkflow.enabled ? [createActiveWorkflow(parts)] : []
  ]
}

/** What an agent needs of the process that it runs in. */
export interface AgentOptions {
  readonly log: Logger
  /** Called when the database can no longer be used. */
  readonly onFatal: (error: StoreError) => void
}

/** The whole agent, put together and not yet started. */
export interface Agent {
  /** Why it takes no actions, else null. */
  readonly actionsDisabled: string | null
  /** What is allowed and unwise, in sentences. */
  readonly warnings: readonly string[]
  /** The migrations that opening the database applied. */
  readonly migrated: { readonly applied: readonly string[], readonly copy: string | null }
  /** How many actions wait or run. */
  queueDepth (): number
  /** The OpenAPI documents by file name. */
  readonly renderDocuments: () => Record<string, string>
  /** Starts everything; resolves with the URL that it listens on. */
  start (): Promise<string>
  /**
   * Ends everything, in the reverse order, each part within a limit.
   * @param graceMs what running actions get; by default what is configured
   */
  stop (graceMs?: number): Promise<void>
}

/** How long each component may take to stop. */
export const stopLimitMs = 5000

/** How long the last spans may take to be sent at a stop. */
const tracesStopLimitMs = 2000

/**
 * The composition root: puts the agent together. Opens its database, and nothing else.
 * @throws StoreError when the database cannot be opened; ConfigError when the configuration contradicts itself
 */
export async function createAgent (config: Config, { log, onFatal }: AgentOptions): Promise<Agent> {
  const startedAt = clock.now()
  const { access, bind, tls } = checkConfig(config, log)
  const folder = dirname(resolve(config.db))
  const run = createCommandRunner({ outputDir: join(folder, 'output'), workDir: join(folder, 'work') })
  const supervisor = createSupervisor(config.service, { run })
  const driver = await createDriver(config, { clock, log, run, supervisor })
  const registry = configured(() => createRegistry([
    ...builtInKinds({ clock }),
    ...driver.kinds,
    ...driver.stop === null ? [] : [driver.stop],
    ...supervisor === null ? [] : serviceKinds({ supervisor, stop: driver.stop }),
    ...externalKinds(config, run)
  ]))

  // Observers join as they are made; the list is read anew with each call.
  const observers: Observer[] = []
  const observer = everyObserver(observers)
  const store = openStore({ path: config.db, clock, queueLimit: config.actions.queue_limit, observer, onFatal })
  const inspector = createOwnInspector({ driver, config, log })
  const metrics = createMetrics({
    ...{ clock, inspector, takesActions: access.actionsDisabled === null },
    version: inspector.agent().number,
    kinds: registry.list().map(({ kind }) => kind),
    queue: () => ({ lanes: store.lanes(), oldestWaiting: store.oldestWaiting() })
  })
  const newId = createIdSource()
  const activity = new ActivityLog({ store, clock, log })
  const scheduler = createScheduler({ store, registry, newId, disabled: access.actionsDisabled })
  const { executor, pruner } = createWorkers(config, { store, kinds: registry, log, observer })
  const isSecretHeader = createSecretHeaders(config.http.secret_headers)
  const protocols = createProtocols(config, { scheduler, inspector, access, isSecretHeader, clock, newId })
  const traces = await openTraces(config, { log, observer, version: inspector.agent().number })
  observers.push(metrics.observer, { committed: createTransitionLog(log) }, ...traces === null ? [] : [traces.observer])
  observers.push(...protocols.flatMap(protocol => protocol.observer ?? []))

  const readiness = (): string | null =>
    store.trouble() ?? (access.actionsDisabled === null ? executor.trouble() : null)
  const face = await createApp({
    ...{ scheduler, inspector, access, log, metrics, observer, protocols, readiness, isSecretHeader, tls },
    activity,
    agent: { startedAt, actionsDisabled: access.actionsDisabled },
    tracing: traces?.tracing ?? passingTraces,
    config: httpConfig(config)
  })

  return {
    actionsDisabled: access.actionsDisabled,
    warnings: access.warnings,
    migrated: store.migrated,
    queueDepth: () => store.lanes().reduce((sum, { waiting, running }) => sum + waiting + running, 0),
    renderDocuments: face.renderDocuments,
    async start () {
      metrics.recall(store.lastSuccesses())
      await activity.start()
      return await start({
        ...{ driver, inspector, executor, protocols, pruner, face, bind, tls, log },
        review: async () => await reviewConfiguredCommands(config),
        enabled: access.actionsDisabled === null
      })
    },
    async stop (graceMs) {
      // Waits and streams end first, and everything but liveness is refused. The listener closes after the work has
      // ended, so that managers are told what happens instead of finding nobody.
      face.endWaits()
      scheduler.refuse()
      await pruner.stop()
      await executor.stop(graceMs)
      await within(stopLimitMs, face.app.close())
      for (const protocol of [...protocols].reverse()) await within(stopLimitMs, protocol.stop())
      await within(stopLimitMs, driver.datastore.close())
      metrics.close()
      await activity.stop()
      store.close()
      await traces?.stop(tracesStopLimitMs)
    }
  }
}

/** What the configuration decides before anything is opened. */
export interface CheckedConfig {
  readonly access: AgentAccess
  readonly bind: Bind
  /** Null: connections are not encrypted. */
  readonly tls: TlsKeeper | null
}

/**
 * Finds what no schema can: values that contradict each other, and certificates that cannot be used.
 * @throws ConfigError
 */
export function checkConfig (config: Config, log: ComponentLogger): CheckedConfig {
  const bind = parseBind(config.bind)
  if (bind === null) throw new ConfigError([`bind: "${config.bind}" is not HOST:PORT`])
  refuseOwnDatabase(config)
  const { traces: { headers_file: headersFile } } = config
  if (headersFile !== null) configured(() => readHeadersFile(headersFile))
  return { bind, access: configured(() => accessOf(config, { bind, log })), tls: tlsOf(config, log) }
}

function accessOf ({ actions, access, tls }: Config, { bind, log }: { bind: Bind, log: ComponentLogger }): AgentAccess {
  const { tokens_file: path, local_scopes: localScopes, certificates, failures_per_minute: failuresPerMinute } = access
  return createAccess({
    host: bind.host,
    actions: actions.enabled,
    encrypted: tls.server_cert !== null,
    certificates: tls.clients_ca_bundle === null ? null : certificates,
    tokens: path === null ? null : createTokenSource({ path, clock, log }),
    ...{ localScopes, failuresPerMinute, clock, log }
  })
}

function tlsOf ({ tls: settings }: Config, log: ComponentLogger): TlsKeeper | null {
  if (settings.server_cert === null) return null
  try {
    return createTlsKeeper({ settings, log, clock })
  } catch (error) {
    throw error instanceof TlsFilesError ? new ConfigError(error.troubles) : error
  }
}

/** What records traces; null where they go nowhere. Loaded only then: most agents have no collector. */
async function openTraces (
  { traces: settings }: Config, parts: { log: ComponentLogger, observer: Required<Observer>, version: string }
): Promise<Traces | null> {
  const { endpoint, headers_file: headersFile, service_name: serviceName, sample_ratio: sampleRatio } = settings
  if (endpoint === null) return null
  const { createTraces } = await import('./telemetry/traces/traces.js')
  return createTraces({ ...parts, endpoint, headersFile, serviceName, sampleRatio, clock })
}

/** Even reading the queue's file header beside SQLite would drop SQLite's locks on it. */
function refuseOwnDatabase ({ db, datastore }: Config): void {
  if (datastore.kind !== 'sqlite') return
  const real = (path: string): string => existsSync(path) ? realpathSync(path) : resolve(path)
  if (real(db) !== real(datastore.path)) return
  throw new ConfigError([
    `datastore.path and db both name ${db}. The queue has a database of its own: name another file for one of them.`
  ])
}

/** What is made of the configuration: where that fails, the configuration is what has to be changed. */
function configured<T> (make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)])
  }
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
    env: settings.env,
    ...settings.user === null ? {} : { user: settings.user },
    nice: settings.nice,
    ...settings.working_directory === null ? {} : { cwd: settings.working_directory }
  }, { run, clock }))
}

type WorkerParts = Pick<ConstructorParameters<typeof Executor>[0], 'store' | 'kinds' | 'log' | 'observer'>

function createWorkers ({ actions }: Config, parts: WorkerParts): { executor: Executor, pruner: Pruner } {
  const executor = new Executor({
    ...parts,
    maxLanes: actions.max_lanes,
    payloadLimit: actions.payload_limit,
    graceMs: actions.grace_seconds * 1000
  })
  const pruner = new Pruner({
    ...parts,
    clock,
    keep: actions.prune_keep,
    ageMs: actions.prune_age_days * 86_400_000,
    intervalMs: actions.prune_interval_seconds * 1000
  })
  return { executor, pruner }
}

function httpConfig ({ http }: Config) {
  return {
    hosts: http.hosts,
    origins: http.origins,
    bodyLimit: http.body_limit,
    waitLimitSeconds: http.wait_limit_seconds,
    requestTimeoutSeconds: http.request_timeout_seconds,
    docs: http.docs,
    ui: http.ui
  }
}

interface Startable {
  readonly driver: Driver
  readonly inspector: Inspector
  readonly log: ComponentLogger
  readonly executor: Executor
  readonly protocols: readonly HttpProtocol[]
  readonly pruner: Component
  readonly face: HttpFaceOfAgent
  readonly bind: Bind
  readonly tls: TlsKeeper | null
  /** What of the configured commands cannot work here. */
  readonly review: () => Promise<readonly string[]>
  /** Whether actions are claimed at all. */
  readonly enabled: boolean
}

/** The order of the start: what a dead process left is judged before anybody can ask, and listeners come last. */
async function start (parts: Startable): Promise<string> {
  const { driver, inspector, executor, protocols, pruner, face, bind, tls, log, review, enabled } = parts
  await driver.datastore.start()
  // Told, not waited for: it may take its time, and be down at any time.
  inspector.node().then(({ status, statusReason }) => {
    if (status !== 'HEALTHY') log.warn({ status, reason: statusReason }, 'the datastore is not healthy')
  }, () => {})
  driver.review?.().then(doubts => {
    for (const doubt of doubts) log.warn({ datastore: driver.datastore.kind }, doubt)
  }, () => {})
  review().then(doubts => { for (const doubt of doubts) log.warn({}, doubt) }, () => {})
  if (enabled) await executor.recover()
  for (const protocol of protocols) await protocol.start()
  if (enabled) await executor.start()
  await pruner.start()
  const scheme = tls === null ? 'http' : 'https'
  await face.app.listen({ ...bind, listenTextResolver: address => `accepting connections at ${address.replace(/^http/, scheme)}` })
  tls?.announce()
  const { address, port, family } = face.app.server.address() as AddressInfo
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** Waits for the promise, but not longer than the limit. */
async function within (limitMs: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>(resolve => { timer = setTimeout(resolve, limitMs) })
  await Promise.race([promise, limit]).finally(() => { clearTimeout(timer) })
}
