import { execFileSync } from 'node:child_process'
import type { SpawnOptions } from 'node:child_process'
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The password of the role `postgres` of every server of the tests. */
export const postgresqlPassword = 'only-for-tests-4711'

/** The folder of PostgreSQL's programs; null where it is not installed. */
export const binDir = findPrograms()

/** The system user that servers run as, since PostgreSQL refuses to run as root; null: this one. */
export const osUser = process.getuid?.() === 0 ? 'postgres' : null

let initialised: string | null = null

/** A cluster that was never started, made once for each process: servers are copies, and have the same identifier. */
export function template (): string {
  if (initialised !== null) return initialised
  const folder = makeFolder()
  process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })
  const dataDir = join(folder, 'template')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, postgresqlPassword)
  runHere(join(binDir ?? '', 'initdb'), [
    '-D', dataDir, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions', '--wal-segsize=1',
    '--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${passwordFile}`
  ])
  appendFileSync(join(dataDir, 'postgresql.conf'), `
listen_addresses = '127.0.0.1'
fsync = off
shared_buffers = 16MB
# Files in the data folder: nothing outside of it outlives a crash.
dynamic_shared_memory_type = mmap
max_connections = 40
max_wal_senders = 6
wal_retrieve_retry_interval = 100ms
wal_receiver_status_interval = 1s
autovacuum = off
jit = off
`)
  initialised = dataDir
  return dataDir
}

/** A folder that the server's user owns, with a short path: it holds the socket. */
export function makeFolder (): string {
  const folder = mkdtempSync(join(tmpdir(), 'steward-pg-'))
  const { uid, gid } = identity()
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
  return folder
}

/** Runs a program as the server's user, to its end. */
export function runHere (program: string, args: readonly string[]): void {
  const { HOME: _home, ...env } = process.env
  execFileSync(program, args, { ...identity(), cwd: '/', env: { ...env, PGPASSWORD: postgresqlPassword }, stdio: 'pipe' })
}

/** The server's user, for a child process. */
export function identity (): Pick<SpawnOptions, 'uid' | 'gid'> {
  if (osUser === null) return {}
  return { uid: Number(execFileSync('id', ['-u', osUser])), gid: Number(execFileSync('id', ['-g', osUser])) }
}

/** Debian has them outside of PATH, by version. */
function findPrograms (): string | null {
  const versions = '/usr/lib/postgresql'
  const debian = existsSync(versions)
    ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)).map(version => join(versions, version, 'bin'))
    : []
  const candidates = [...debian, ...(process.env['PATH'] ?? '').split(':')]
  return candidates.find(folder => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null
}
