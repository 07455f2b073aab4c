import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { freePorts } from '../support/free-ports.js'
import { root } from '../support/markdown.js'
import { pidsOf } from '../support/processes.js'
import { commandStandIns } from './stand-ins.js'

/** What commands came to. */
export interface Ran {
  /** Standard output and standard error, as they came. */
  readonly output: string
  /** The commands that failed, each with its exit code. */
  readonly failures: readonly string[]
}

/**
 * One reader at one terminal: a shell that keeps its folder and variables from block to block, in a folder of its own,
 * beside an agent on a port of its own.
 */
export interface Session {
  readonly folder: string
  /** Where the session's agent listens, once there is one. */
  readonly url: string
  /** The text with the addresses and folders of this session in the place of those that documents name. */
  translate (text: string): string
  /** What the session has printed with its own addresses and folders in the place of the documents'. */
  translateBack (text: string): string
  run (commands: string): Promise<Ran>
  /** Writes a file that a document tells to write; a script becomes executable. Returns its path here. */
  write (path: string, text: string): string
  /** What the event streams that were opened have told. */
  streams (): string[]
  /** What the agents have logged. */
  log (): string
}

/** What a session has beside its shell. */
export interface SessionOptions {
  /** Ports that documents name, and those that stand for them here, beside the agent's own. */
  readonly ports?: Readonly<Record<number, number>>
  readonly env?: Readonly<Record<string, string>>
  /** Files that are there, by the paths that documents name. */
  readonly files?: Readonly<Record<string, string>>
}

/** Folders outside that documents name: they lie in the session's own. */
const outside = ['etc/steward', 'usr/local/bin', 'var/lib/steward', 'var/backups', 'srv']
const outsidePath = new RegExp(`(?<![\\w/.-])/(${outside.join('|')})(?![\\w-])`, 'g')

/** No command of a document takes nearly as long. */
const limitMs = 90_000

/** Opens a session. The test's end kills everything that it has started, and removes its folder. */
export async function openSession (t: Test, options: SessionOptions = {}): Promise<Session> {
  const { ports = {}, env = {}, files = {} } = options
  const base = mkdtempSync(join(tmpdir(), 'steward-docs-'))
  const folder = join(base, 'home')
  const [own = 0, other = 0] = await freePorts(2)
  const portOf: Readonly<Record<string, number>> = { 8000: own, 9000: other, ...ports }
  for (const name of ['home', 'bin', 'streams', ...outside]) mkdirSync(join(base, name), { recursive: true })
  // Commands are given in the folder of the checkout; what they write is not to be there.
  for (const name of ['examples', 'node_modules']) symlinkSync(join(root, name), join(folder, name))
  for (const [name, text] of Object.entries(commandStandIns({ base, url: `http://127.0.0.1:${own}` }))) {
    writeFileSync(join(base, 'bin', name), text, { mode: 0o755 })
  }

  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: `${join(base, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      LC_ALL: 'C.UTF-8',
      PYTHONDONTWRITEBYTECODE: '1',
      STEWARD_BIND: `127.0.0.1:${own}`,
      STEWARD_URL: `http://127.0.0.1:${own}`,
      ...env
    }
  })
  const answers = createInterface({ input: shell.stdout })[Symbol.asyncIterator]()
  t.teardown(async () => {
    // Whatever was started in the session has its folder in PATH.
    for (const pid of pidsOf('', join(base, 'bin'))) end(pid)
    rmSync(base, { recursive: true, force: true, maxRetries: 5 })
  })

  const translate = (text: string): string => text
    .replace(/\b(127\.0\.0\.1|localhost|0\.0\.0\.0):(\d+)\b/g, (_, host: string, port: string) =>
      `${host === '0.0.0.0' ? '127.0.0.1' : host}:${portOf[port] ?? port}`)
    .replace(/(_PORT=|port: )(\d+)\b/g, (_, name: string, port: string) => `${name}${portOf[port] ?? port}`)
    .replace(outsidePath, `${base}/$1`)

  const write = (path: string, text: string): string => {
    const file = path.startsWith('/') ? translate(path) : join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, translate(text))
    if (text.startsWith('#!')) chmodSync(file, 0o755)
    return file
  }
  for (const [path, text] of Object.entries(files)) write(path, text)

  return {
    folder,
    url: `http://127.0.0.1:${own}`,
    translate,
    translateBack: text => Object.entries(portOf)
      .reduce((all, [theirs, ours]) => all.replaceAll(`:${ours}`, `:${theirs}`), text)
      .replaceAll(`${folder}/`, '').replaceAll(base, ''),
    async run (commands) {
      const script = join(base, 'block.sh')
      writeFileSync(script, inBackground(translate(commands)))
      shell.stdin.write(blockRunner(base))
      const limit = setTimeout(() => { shell.kill('SIGKILL') }, limitMs)
      const { done } = await answers.next()
      clearTimeout(limit)
      const output = readFileSync(join(base, 'out'), 'utf8')
      const failures = done === true ? ['the shell ended, or took too long'] : linesOf(join(base, 'failures'))
      return { output, failures }
    },
    write,
    streams: () => readdirSync(join(base, 'streams')).map(name => readFileSync(join(base, 'streams', name), 'utf8')),
    log: () => existsSync(join(base, 'agent.log')) ? readFileSync(join(base, 'agent.log'), 'utf8') : ''
  }
}

/** An agent that is told to run in the background does so by itself here, and is ready when the next command comes. */
function inBackground (commands: string): string {
  return commands.replace(/^((?:npm start|steward serve)\b[^#\n]*?) *&$/gm, '$1')
}

/** Runs the block in the shell itself, so that it keeps what the block sets; says which commands fail. */
function blockRunner (base: string): string {
  return `
set -E -o pipefail; : > '${base}/failures'
trap 'echo "exit code $?: $BASH_COMMAND" >> "${base}/failures"' ERR
. '${base}/block.sh' > '${base}/out' 2>&1 < /dev/null
trap - ERR; set +E; echo
`
}

function linesOf (file: string): string[] {
  // The failing of a command is the failing of the block that ends with it.
  return readFileSync(file, 'utf8').split('\n').filter(line => line !== '' && !/block\.sh' > /.test(line))
}

function end (pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {}
}
