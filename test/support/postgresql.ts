import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Test } from 'tap'
import type { PostgresqlSettings } from '../../src/datastores/postgresql/settings.js'
import { eventually } from './eventually.js'
import { freePorts } from './free-ports.js'
import { binDir, identity, makeFolder, osUser, postgresqlPassword, runHere, template } from './postgresql-files.js'
import { isRunning, untilDead } from './processes.js'

/** Why tests with a PostgreSQL server cannot run here; false when they can. */
export const noPostgresql: string | false = binDir === null || (osUser !== null && spawnSync('id', [osUser]).status !== 0)
  ? 'PostgreSQL is not installed: apt-get install postgresql'
  : false

/** How a server differs from the usual one. */
export interface PostgresqlOptions {
  /** More lines of its configuration. */
  readonly config?: Readonly<Record<string, string | number>>
}

/** A real server in a folder of its own, which is gone when the test is. */
export interface PostgresqlServer {
  readonly port: number
  readonly dataDir: string
  readonly binDir: string
  /** Whom its programs run as; null: this user. */
  readonly osUser: string | null
  /** How a driver reaches it, with a password. */
  readonly settings: PostgresqlSettings
  /** The rows of one statement, as the superuser and past the password. Default: in the database `postgres`. */
  sql (text: string, database?: string): Promise<Record<string, unknown>[]>
  /** Starts it; resolves when it answers. */
  start (): Promise<void>
  /** Stops it in good order, and fast. */
  stop (): Promise<void>
  /** Kills all its processes at once. */
  crash (): Promise<void>
  /** Stops all its processes where they are: connections are taken, and nothing is answered. */
  hold (): void
  release (): void
  /** What it has logged. */
  log (): string
}

/** Makes and starts a server. */
export async function startPostgresql (t: Test, options: PostgresqlOptions = {}): Promise<PostgresqlServer> {
  const server = await prepareServer(t, { ...options, fill: dataDir => runHere('cp', ['-a', `${template()}/.`, dataDir]) })
  await server.start()
  return server
}

/** Clones a server and starts the clone as its streaming standby. */
export async function startStandby (t: Test, primary: PostgresqlServer, options: PostgresqlOptions = {}):
Promise<PostgresqlServer> {
  const server = await prepareServer(t, {
    ...options,
    fill: dataDir => runHere(join(primary.binDir, 'pg_basebackup'), [
      '-D', dataDir, '-R', '-X', 'stream', '-c', 'fast', '-h', '127.0.0.1', '-p', String(primary.port), '-U', 'postgres'
    ])
  })
  await server.start()
  await eventually('the standby streams', async () =>
    (await server.sql("select 1 from pg_stat_wal_receiver where status = 'streaming'")).length === 1)
  return server
}

interface Preparation extends PostgresqlOptions {
  readonly fill: (dataDir: string) => void
}

async function prepareServer (t: Test, { fill, config = {} }: Preparation): Promise<PostgresqlServer> {
  if (binDir === null) throw new Error(String(noPostgresql))
  const folder = makeFolder()
  const dataDir = join(folder, 'data')
  fill(dataDir)
  for (const [name, value] of Object.entries(config)) appendFileSync(join(dataDir, 'postgresql.conf'), `${name} = '${value}'\n`)
  const [port = 0] = await freePorts(1)
  const server = createServerControl({ folder, dataDir, port, binDir })
  t.teardown(async () => {
    await server.destroy()
    rmSync(folder, { recursive: true, force: true })
  })
  return server
}

/** A test that is killed, as one that takes too long is, tears nothing down: Linux ends its servers then. */
const dyingWithUs = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'QUIT'] as const : [] as const

interface ServerPlace {
  readonly folder: string
  readonly dataDir: string
  readonly port: number
  readonly binDir: string
}

interface ServerControl extends PostgresqlServer {
  destroy (): Promise<void>
}

function createServerControl ({ folder, dataDir, port, binDir }: ServerPlace): ServerControl {
  const logFile = join(folder, 'server.log')
  const log = (): string => existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''
  const sql: PostgresqlServer['sql'] = async (text, database = 'postgres') => {
    const client = new Client({ host: folder, port, user: 'postgres', database, connectionTimeoutMillis: 10_000 })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(text)).rows
    } finally {
      await client.end()
    }
  }
  /** The server's first process, and its children: of these no new ones can come once it is held or dead. */
  const signalAll = (signal: NodeJS.Signals): number[] => {
    const first = postmasterPid(dataDir)
    if (first === null || !isRunning(first)) return []
    process.kill(first, signal)
    const pids = [first, ...childrenOf(first)]
    for (const pid of pids.slice(1)) send(pid, signal)
    return pids
  }
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const pid = postmasterPid(dataDir)
    if (pid === null || !isRunning(pid)) return
    process.kill(pid, signal)
    await untilDead(pid)
  }

  return {
    port,
    dataDir,
    binDir,
    osUser,
    settings: {
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password: postgresqlPassword,
      password_file: null,
      tls: 'disable',
      tls_ca: null,
      database: 'postgres',
      data_dir: dataDir,
      bin_dir: binDir,
      os_user: osUser,
      peers: {}
    },
    sql,
    log,
    async start () {
      const output = openSync(logFile, 'a')
      const [program, ...args] = [...dyingWithUs, join(binDir, 'postgres'), '-D', dataDir, '-p', String(port), '-k', folder]
      const child = spawn(program, args, { ...identity(), cwd: folder, detached: true, stdio: ['ignore', output, output] })
      closeSync(output)
      child.unref()
      await eventually<unknown>('the server answers', () => hasEnded(child) || sql('select 1'))
      if (hasEnded(child)) throw new Error(`The server did not start:\n${log()}`)
    },
    stop: () => stop('SIGINT'),
    async crash () {
      await Promise.all(signalAll('SIGKILL').map(untilDead))
    },
    hold () { signalAll('SIGSTOP') },
    release () { signalAll('SIGCONT') },
    async destroy () {
      await Promise.all(signalAll('SIGKILL').map(untilDead))
      removeSharedMemory(dataDir)
    }
  }
}

/** Its lines: https://www.postgresql.org/docs/current/storage-file-layout.html (pid first, shared memory seventh). */
function pidFileLines (dataDir: string): string[] {
  const file = join(dataDir, 'postmaster.pid')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
}

function postmasterPid (dataDir: string): number | null {
  const pid = Number(pidFileLines(dataDir)[0])
  return pid > 0 ? pid : null
}

function childrenOf (parent: number): number[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter(pid => parentOf(pid) === parent)
}

function parentOf (pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return null
  }
}

function hasEnded ({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

/** One that has just ended is as good as one that is signalled. */
function send (pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {}
}

/** A killed server leaves a small piece of shared memory, which only its next start would remove. */
function removeSharedMemory (dataDir: string): void {
  const id = pidFileLines(dataDir)[6]?.trim().split(/\s+/)[1]
  if (id !== undefined) spawnSync('ipcrm', ['-m', id])
}
