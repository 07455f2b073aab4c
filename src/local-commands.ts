import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reviewTokens } from './access/tokens/review.js'
import { checkConfig, createAgent, type Agent } from './agent.js'
import type { CliActions, CommonOptions, Output } from './cli/actions.js'
import { auditLines, auditTable } from './cli/audit-lines.js'
import { exitCodes, type ExitCode } from './cli/exit-codes.js'
import { beginLifetime } from './cli/lifetime.js'
import type { Config } from './config/config.js'
import { ConfigError, loadConfig, type LoadedConfig } from './config/load.js'
import { printConfig } from './config/print.js'
import { systemClock as clock } from './domain/clock.js'
import { silentLogger } from './domain/log.js'
import { Problem } from './domain/problem.js'
import { introduceDatastore } from './drivers.js'
import { reviewTls, type TlsReview } from './http/tls/review.js'
import { inspectSurroundings } from './inspection.js'
import { createServiceManager, statusLine } from './notify.js'
import { auditDatabase, backupDatabase, checkDatabase } from './store/check.js'
import { StoreError } from './store/errors.js'
import { openStore } from './store/store.js'
import { createLogger } from './telemetry/log.js'
import { createToken, listTokens, revokeToken } from './token-commands.js'

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
  if (error instanceof Problem && (error.category === 'unavailable' || error.category === 'full')) {
    err(`steward: ${error.message}`)
    return exitCodes.inputOutput
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
  let lost: ExitCode | null = null
  const manager = createServiceManager({ env: process.env, log })
  manager.opening()
  const agent = await createAgent(config, {
    log,
    onFatal: error => {
      lost = codeOfTrouble[error.trouble]
      log.fatal({ err: error }, 'the database is lost')
      output.err(`steward: ${error.message}`)
      lifetime.end(lost)
    }
  })
  try {
    const { applied, copy } = agent.migrated
    if (applied.length > 0) log.info({ applied, copy }, 'migrated the database')
    const url = await agent.start()
    log.info({ url, pid: process.pid }, 'listening')
    manager.ready({ status: () => statusLine(url, agent), alive: () => lost === null })
    for (const warning of agent.warnings) log.warn({}, warning)
    if (agent.actionsDisabled !== null) log.warn({}, `actions are disabled: ${agent.actionsDisabled}`)
    output.err(greeting(url, { ...config, actionsDisabled: agent.actionsDisabled }))
    return await lifetime.over
  } catch (error) {
    if (!isListenError(error)) throw error
    const { bind } = config
    output.err(`steward: cannot listen on ${bind}: ${error.message}. Choose another address with STEWARD_BIND.`)
    return exitCodes.cannotListen
  } finally {
    manager.stopping(config.actions.grace_seconds * 1000)
    // What a lost database cannot record any more is not waited for.
    await agent.stop(lost === null ? undefined : 0)
    manager.close()
    lifetime.release()
    log.info({}, 'stopped')
    // At once: before Node ends by itself, the lost database would be closed, and closing it writes to it.
    if (lost !== null) process.exit(lost)
  }
}

function isListenError (error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')
}

/** What curl has to be told of certificates, with a space at its end where it is anything. */
function curlCertificates ({ server_cert: cert, clients_ca_bundle: clients }: Config['tls']): string {
  if (cert === null) return ''
  return `--cacert CA.pem ${clients === null ? '' : '--cert CLIENT.pem --key CLIENT.key '}`
}

/** For the person at the terminal. Standard output belongs to the log. */
function greeting (url: string, { actionsDisabled, ...config }: Config & Pick<Agent, 'actionsDisabled'>): string {
  const { name, trial } = introduceDatastore(config)
  // What it listens on may be every address; this one works on this machine.
  const here = url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
  const certificates = curlCertificates(config.tls)
  const invitation = [
    `  ${trial.says}:`,
    '',
    `  curl ${certificates}-X POST -H 'content-type: application/json' -d '{"kind":"${trial.kind}"}' ${here}/api/v1/actions`
  ]
  return [
    '',
    `Steward listens on ${url}`,
    ...config.http.ui ? [`  see it in a browser  ${here}/ui`] : [],
    ...config.http.docs ? [`  read and try the API ${here}/docs`] : [],
    `  queue ${config.db}, datastore ${name}`,
    ...actionsDisabled === null ? invitation : [`  it takes no actions: ${actionsDisabled}`],
    ''
  ].join('\n')
}

/** `steward check`: whether the configuration and the database are fit to start with. */
async function check (options: Parameters<CliActions['check']>[0], output: Output): Promise<ExitCode> {
  const loaded = load(options)
  if (options.print) output.out(printConfig(loaded))
  // What is printed may be read by a program; then people are told beside it.
  const say = options.print ? output.err : output.out
  const { bind, db, datastore } = loaded.config
  const { access, bind: { host }, tls } = checkConfig(loaded.config, silentLogger)
  say(`The configuration is valid; the agent would listen on ${bind}.`)
  const { exists, pending } = checkDatabase(db)
  if (!exists) say(`There is no database at ${db} yet; the first start makes it.`)
  else if (pending.length > 0) say(`The database ${db} is sound; the next start applies ${pending.join(', ')}.`)
  else say(`The database ${db} is sound and up to date.`)
  // No reason to refuse: a datastore may be down at any time, and the agent is there to say so.
  const { node: { status, statusReason }, doubts } = await inspectSurroundings(loaded.config)
  if (access.actionsDisabled !== null) say(`It would take no actions: ${access.actionsDisabled}.`)
  for (const warning of access.warnings) say(`Beware: ${warning}.`)
  if (tls !== null) sayTls(reviewTls(tls, { bind: host, hosts: loaded.config.http.hosts }), say)
  sayTokens(loaded.config, say)
  for (const doubt of doubts) say(`This cannot work: ${doubt}`)
  say(`The datastore (${datastore.kind}) is ${status}${statusReason === null ? '.' : `: ${statusReason}`}`)
  return exitCodes.ok
}

function sayTls ({ summary, doubts }: TlsReview, say: (line: string) => void): void {
  say(summary)
  for (const doubt of doubts) say(`Beware: ${doubt}.`)
}

function sayTokens ({ access: { tokens_file: path } }: Config, say: (line: string) => void): void {
  if (path === null) return
  const { summary, doubts } = reviewTokens({ path, clock })
  say(summary)
  for (const doubt of doubts) say(`Beware: ${doubt}.`)
}

/** `steward migrate`: what the next start would do to the database, now. */
function migrate (options: CommonOptions, output: Output): ExitCode {
  const { config: { db, actions } } = load(options)
  const store = openStore({ path: db, clock, queueLimit: actions.queue_limit })
  const { applied, copy } = store.migrated
  store.close()
  output.out(applied.length === 0 ? `${db} is up to date.` : `${db}: applied ${applied.join(', ')}.`)
  if (copy !== null) output.out(`The database as it was before is kept as ${copy}.`)
  return exitCodes.ok
}

/** `steward backup FILE`. */
function backup (file: string, options: CommonOptions, output: Output): ExitCode {
  const { config: { db } } = load(options)
  backupDatabase(db, file)
  output.out(`${db} was copied to ${file}; the copy passed its integrity check.`)
  return exitCodes.ok
}

/** `steward audit`. */
function audit ({ filter, limit, json, ...options }: Parameters<CliActions['audit']>[0], { out, err }: Output): ExitCode {
  const { config: { db } } = load(options)
  const entries = auditDatabase(db, { filter, limit })
  for (const line of json ? auditLines(entries) : auditTable(entries)) out(line)
  if (entries.length === limit) err(`These are the newest ${limit}; there may be more: see --limit.`)
  return exitCodes.ok
}

/** `steward openapi [DOCUMENT]`. */
async function openapi (options: Parameters<CliActions['openapi']>[0], output: Output): Promise<ExitCode> {
  const documents = await renderOpenApi(load(options).config)
  const names = Object.keys(documents).map(file => file.replace(/\.json$/, ''))
  if (options.list) {
    output.out(names.join('\n'))
    return exitCodes.ok
  }
  const text = documents[`${options.document ?? 'steward.v1'}.json`]
  if (text === undefined) {
    output.err(`steward: there is no document "${options.document}". There are: ${names.join(', ')}.`)
    return exitCodes.usage
  }
  output.out(text.trimEnd())
  return exitCodes.ok
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

/** What the commands do that work on this machine's own files, or run the agent. */
export const cliActions: CliActions = {
  serve: (options, output) => explained(output, () => serve(options, output)),
  check: (options, output) => explained(output, () => check(options, output)),
  migrate: (options, output) => explained(output, () => migrate(options, output)),
  backup: (file, options, output) => explained(output, () => backup(file, options, output)),
  audit: (options, output) => explained(output, () => audit(options, output)),
  createToken: (options, output) => explained(output, () => createToken(load(options).config, options, output)),
  listTokens: (options, output) => explained(output, () => listTokens(load(options).config, options, output)),
  revokeToken: (which, options, output) =>
    explained(output, () => revokeToken(load(options).config, which, output)),
  openapi: (options, output) => explained(output, () => openapi(options, output))
}
