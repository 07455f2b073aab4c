import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/**
 * A peer cannot run on this machine; the message says what is missing.
 * @param {string} message
 */
export function absent (message) {
  return Object.assign(new Error(message), { name: 'Absent' })
}

/**
 * Starts a server of a peer as a child of this process, with its files in a folder of its own; resolves when `ready`
 * does. It ends with this process.
 *
 * @param {{ command: string, args: string[], folder: string, uid?: number, ready: () => Promise<unknown> }} options
 * @returns {Promise<{ stop: () => Promise<void> }>}
 */
export async function startServer ({ command, args, folder, uid, ready }) {
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...uid === undefined ? {} : { uid, gid: uid } })
  const log = createWriteStream(join(folder, 'server.log'))
  child.stdout.pipe(log)
  child.stderr.pipe(log)
  const failed = new Promise((_resolve, reject) => {
    child.once('error', error => reject(error.code === 'ENOENT' ? absent(`${command} is not installed`) : error))
    child.once('exit', code => reject(new Error(`${command} ended with ${code}`)))
  })
  failed.catch(() => {})
  process.once('exit', () => { child.kill('SIGKILL') })
  await Promise.race([ready(), failed])
  return {
    async stop () {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await Promise.race([ended, setTimeout(3000, null, { ref: false }).then(() => child.kill('SIGKILL'))])
    }
  }
}

/**
 * Resolves when something accepts connections there; rejects after ten seconds.
 * @param {import('node:net').NetConnectOpts} where
 */
export async function untilListening (where) {
  for (let tries = 0; tries < 500; tries++) {
    const socket = connect(where)
    try {
      await once(socket, 'connect')
      return
    } catch {
      await setTimeout(20)
    } finally {
      socket.destroy()
    }
  }
  throw new Error(`nothing listens at ${JSON.stringify(where)}`)
}

/**
 * The first of these files that exists.
 * @param {string[]} paths
 */
export function firstOf (paths) {
  return paths.find(path => existsSync(path))
}
