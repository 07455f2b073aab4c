import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { temporaryFolder } from './engine.js'
import { eventually } from './eventually.js'

/** Why a container engine cannot be started here, in one line; false when it can be. */
export const noDocker: string | false = why()

function why (): string | false {
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'needs root, and the right to mount, to start a container engine'
  const missing = ['docker', 'dockerd'].some(name => spawnSync(name, ['--version']).status !== 0)
  return missing ? 'needs a container engine: apt-get install docker.io' : false
}

/** A container engine of this test alone. */
export interface Docker {
  /** Runs a command of the client; resolves with its standard output. Rejects when it fails, with all that it said. */
  run (...args: string[]): Promise<string>
  /** The same, with something for its standard input. */
  feed (input: string, ...args: string[]): Promise<string>
}

/**
 * Starts a container engine with its own data, without a bridge and without a change of the firewall. The test's end
 * removes its containers, ends it, and removes what it has.
 */
export async function startDocker (t: Test): Promise<Docker> {
  const folder = temporaryFolder(t)
  const socket = `unix://${join(folder, 'docker.sock')}`
  const exec = join(folder, 'exec')
  const logFile = join(folder, 'dockerd.log')
  mkdirSync(exec)
  const log = openSync(logFile, 'a')
  // Without its test nobody would end it.
  const daemon = spawn('setpriv', [
    '--pdeathsig', 'SIGTERM', 'dockerd',
    '--iptables=false', '--ip6tables=false', '--ip-forward=false', '--ip-masq=false', '--bridge=none',
    `--data-root=${join(folder, 'data')}`, `--exec-root=${exec}`, `--pidfile=${join(folder, 'docker.pid')}`,
    '-H', socket, '--group', 'root'
  ], { stdio: ['ignore', log, log] })
  const ended = once(daemon, 'close')

  const feed = async (input: string, ...args: string[]): Promise<string> => {
    // A client without its plugin for builds uses the builder of the engine, and warns.
    const client = spawn('docker', args, { env: { ...process.env, DOCKER_HOST: socket, DOCKER_BUILDKIT: '0' } })
    let stdout = ''
    let all = ''
    client.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; all += text })
    client.stderr.setEncoding('utf8').on('data', (text: string) => { all += text })
    client.stdin.on('error', () => {}).end(input)
    const [code] = await once(client, 'close') as [number | null]
    if (code === 0) return stdout.trim()
    throw new Error(`docker ${args.slice(0, 2).join(' ')} ended with ${code}:\n${all.slice(-8000)}`)
  }
  const run = async (...args: string[]): Promise<string> => await feed('', ...args)

  t.teardown(async () => {
    const containers = await run('ps', '--all', '--quiet').catch(() => '')
    if (containers !== '') await run('rm', '--force', '--volumes', ...containers.split('\n')).catch(() => {})
    daemon.kill()
    await ended
    for (const left of [join(exec, 'netns', 'default'), join(folder, 'data')]) spawnSync('umount', [left])
  })
  await Promise.race([
    eventually('the engine answers', async () => await run('version')),
    ended.then(() => { throw new Error(`dockerd ended:\n${readFileSync(logFile, 'utf8').slice(-4000)}`) })
  ])
  return { run, feed }
}
