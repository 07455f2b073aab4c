import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { absent, firstOf, startServer } from './server.mjs'

/**
 * A PostgreSQL of its own, as Debian ships it, over a Unix socket.
 *
 * @param {{ folder: string, durable: boolean }} options durable: `synchronous_commit=on`, which is its default
 * @returns {Promise<{ connection: { host: string, database: string, user: string }, stop: () => Promise<void> }>}
 */
export async function startPostgres ({ folder, durable }) {
  const bin = programs()
  const uid = userOf()
  const data = join(folder, 'postgres')
  mkdirSync(data, { mode: 0o700 })
  if (uid !== undefined) chownSync(data, uid, uid)
  const own = uid === undefined ? {} : { uid, gid: uid }
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'bench', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'], {
    cwd: data, stdio: 'ignore', ...own
  })
  const { stop } = await startServer({
    command: join(bin, 'postgres'),
    args: [
      '-D', data, '-c', 'listen_addresses=', '-c', `unix_socket_directories=${data}`,
      '-c', `synchronous_commit=${durable ? 'on' : 'off'}`
    ],
    folder,
    uid,
    ready: async () => await untilReady(bin, data)
  })
  return { connection: { host: data, database: 'postgres', user: 'bench' }, stop }
}

/** Where its programs are: Debian keeps them out of PATH. */
function programs () {
  const parent = '/usr/lib/postgresql'
  const versions = firstOf([parent]) === undefined ? [] : readdirSync(parent).sort((a, b) => Number(b) - Number(a))
  const found = firstOf(versions.map(version => join(parent, version, 'bin', 'initdb')))
  if (found === undefined) throw absent('postgresql is not installed')
  return join(found, '..')
}

/** PostgreSQL refuses to run as root: then it runs as the user that Debian made for it. */
function userOf () {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find(each => each.startsWith('postgres:'))
  if (line === undefined) throw absent('there is no user postgres to run PostgreSQL as')
  return Number(line.split(':')[2])
}

async function untilReady (bin, data) {
  for (let tries = 0; tries < 100; tries++) {
    try {
      execFileSync(join(bin, 'pg_isready'), ['-q', '-h', data])
      return
    } catch {
      await setTimeout(50)
    }
  }
  throw new Error('PostgreSQL does not become ready')
}
