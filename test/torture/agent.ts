import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/eventually.js'
import { freePorts } from '../support/free-ports.js'

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** The built program, that runs for long: its log goes into a file. */
export interface LongAgent {
  /** For example `http://127.0.0.1:20123`. */
  readonly url: string
  readonly pid: number
  /** Its database. */
  readonly database: string
  /** SIGTERM, and the end; gives the exit code. */
  stop (): Promise<number | null>
}

/**
 * Starts the program in a folder, with its default settings but for what is given; resolves when it is ready. It ends
 * with this process.
 */
export async function startLongAgent (folder: string, env: Readonly<Record<string, string>>): Promise<LongAgent> {
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const logFile = join(folder, 'steward.log')
  const log = openSync(logFile, 'w')
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [program, 'serve', '--bind', `127.0.0.1:${port}`], {
    cwd: folder, stdio: ['ignore', log, log], env: { PATH, HOME, ...env }
  })
  closeSync(log)
  const kill = (): void => { child.kill('SIGKILL') }
  process.once('exit', kill)
  const exited = once(child, 'exit') as Promise<[number | null]>
  await eventually('the agent is ready', async () => {
    if (child.exitCode !== null) return true
    return (await fetch(`${url}/readyz`)).ok
  })
  if (child.exitCode !== null) throw new Error(`The agent ended: ${readFileSync(logFile, 'utf8').slice(-2000)}`)
  return {
    url,
    pid: child.pid ?? 0,
    database: join(folder, 'data', 'steward.db'),
    async stop () {
      child.kill('SIGTERM')
      const [code] = await exited
      process.off('exit', kill)
      return code
    }
  }
}
