import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { redisSettings, type RedisSettings } from '../../src/datastores/redis/settings.js'
import { temporaryFolder, type Teardown } from './engine.js'
import { eventually } from './eventually.js'
import { freePorts } from './free-ports.js'

/** Why tests with a real server are skipped; `false` when they are not. */
export const noRedis: string | false = spawnSync('redis-server', ['--version']).status === 0
  ? false
  : 'needs redis-server: apt-get install redis-server'

/** How a server differs from the usual one: without a login, in memory only, and quick to take replicas. */
export interface RedisOptions {
  /** More arguments, as `redis-server` takes them. */
  readonly args?: readonly string[]
  readonly password?: string
  readonly replicaOf?: { readonly port: number }
  /** A redis.conf, which the arguments win over. */
  readonly file?: string
  /** More arguments for `redis-cli`. */
  readonly cliArgs?: readonly string[]
}

/** A real server in a temporary folder. */
export interface RedisServer {
  readonly port: number
  readonly folder: string
  /** Of the process that runs now. */
  readonly pid: () => number
  /** How to log in, as the configuration has it. */
  readonly settings: RedisSettings
  /** What `redis-cli` prints for one command, without the last line break. */
  cli (...command: string[]): Promise<string>
  /** A field of INFO; undefined when there is none. */
  info (field: string): Promise<string | undefined>
  /** Ends the process as a power cut does. */
  crash (): Promise<void>
  /** Starts it again on its port; resolves when it serves, or when it has logged what `until` matches. */
  start (until?: RegExp): Promise<void>
  /** Ends the process in good order. */
  stop (): Promise<void>
  /** Resolves when the process has ended. */
  ended (): Promise<void>
  /** Lets the process take connections and answer nothing, until `release`. */
  hold (): void
  release (): void
}

/** The settings of a server that asks for nothing. */
export function settingsOf (differing: Partial<RedisSettings> & Pick<RedisSettings, 'port'>): RedisSettings {
  return {
    host: '127.0.0.1',
    username: null,
    password: null,
    password_file: null,
    tls: 'disable',
    tls_ca: null,
    config_set: redisSettings.properties?.['config_set']?.default as string[],
    primaries: [],
    ...differing
  }
}

/** Starts a server; resolves when it serves. The test's end kills it. */
export async function startRedis (t: Teardown, options: RedisOptions = {}): Promise<RedisServer> {
  const folder = temporaryFolder(t)
  const { password = null, cliArgs = [] } = options
  const [port = 0] = await freePorts(1)
  let running: ChildProcess | null = null

  const start = async (until = /Ready to accept connections/): Promise<void> => {
    running = spawn('redis-server', argumentsOf({ ...options, port, folder }), { stdio: ['ignore', 'pipe', 'inherit'] })
    await logged(running, until)
  }

  const ended = async (): Promise<void> => {
    if (running !== null && running.exitCode === null && running.signalCode === null) await once(running, 'exit')
  }

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    running?.kill(signal)
    await ended()
  }

  const cli = async (...command: string[]): Promise<string> => {
    const env = { ...process.env, ...password === null ? {} : { REDISCLI_AUTH: password } }
    const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), ...cliArgs, ...command], { env })
    return stdout.trimEnd()
  }

  t.teardown(async () => { await end('SIGKILL') })
  await start()
  return {
    port,
    folder,
    pid: () => running?.pid ?? 0,
    settings: settingsOf({ port, password }),
    cli,
    info: async field => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(await cli('info'))?.[1],
    crash: async () => { await end('SIGKILL') },
    start,
    stop: async () => { await end('SIGTERM') },
    ended,
    hold: () => { running?.kill('SIGSTOP') },
    release: () => { running?.kill('SIGCONT') }
  }
}

/** Resolves when the link of a replica is up. */
export async function linked (replica: RedisServer): Promise<void> {
  await eventually('the link of the replica is up', async () => await replica.info('master_link_status') === 'up')
}

/** Adds that many keys. */
export async function addKeys (server: RedisServer, count: number): Promise<void> {
  await server.cli('eval', `for i = 1, ${count} do redis.call('set', 'key:' .. i, i) end`, '0')
}

function argumentsOf ({ args = [], password, replicaOf, file, port, folder }:
RedisOptions & { readonly port: number, readonly folder: string }): string[] {
  return [
    ...file === undefined ? [] : [file],
    '--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '',
    '--repl-diskless-sync-delay', '0', '--shutdown-timeout', '0',
    ...password === undefined ? [] : ['--requirepass', password, '--masterauth', password],
    ...replicaOf === undefined ? [] : ['--replicaof', '127.0.0.1', String(replicaOf.port)],
    ...args
  ]
}

/** Resolves when the process has logged it; rejects, with all that it has logged, when it ends before. */
async function logged (child: ChildProcess, what: RegExp): Promise<void> {
  if (!child.stdout) return
  const lines: string[] = []
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
      lines.push(line)
      if (what.test(line)) resolve()
    })
    child.once('exit', () => { reject(new Error(`redis-server has ended:\n${lines.join('\n')}`)) })
  })
}
