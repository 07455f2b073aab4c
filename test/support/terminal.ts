import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { widthOf } from '../../src/cli/text-width.js'

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const bridge = fileURLToPath(new URL('terminal.py', import.meta.url))

/** Why there are no pseudo-terminals here, else false. */
export const noTerminal: string | false =
  spawnSync('python3', ['-c', 'import pty']).status === 0 ? false : 'needs python3: apt-get install python3'

/** A command of the program that runs in a terminal of its own. */
export interface TerminalRun {
  /** All that it has written so far. */
  written (): string
  /** Types a text, for example `\x03` for Ctrl-C. */
  type (text: string): void
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>
}

interface Start {
  readonly folder: string
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
  /** Standard output goes to this file instead. */
  readonly stdout?: string
}

/** Starts a command of the built program in a pseudo-terminal. The test's end kills it. */
export function startInTerminal (t: Test, args: readonly string[], options: Start): TerminalRun {
  const { folder, columns = 80, env = {}, stdout } = options
  const { PATH = '', HOME = '' } = process.env
  const program = [process.execPath, main, ...args]
  const redirected = ['/bin/sh', '-c', 'out="$1"; shift; exec "$@" > "$out"', 'sh', stdout ?? '']
  const command = stdout === undefined ? program : [...redirected, ...program]
  const child = spawn('python3', [bridge, String(columns), '24', ...command], {
    cwd: folder, env: { PATH, HOME, TERM: 'xterm-256color', ...env }, stdio: ['pipe', 'pipe', 'inherit']
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => { text += part })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { written: () => text, type: typed => { child.stdin.write(typed) }, ended }
}

/** What a terminal shows in the end, and what happened on the way. */
export interface Shown {
  readonly lines: readonly string[]
  /** How often a line was longer than the terminal is wide. */
  readonly wraps: number
  /** Each text that a line had before it was erased. */
  readonly erased: readonly string[]
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g')
const tokens = new RegExp(`\\r\\n|\\r${String.fromCharCode(27)}\\[K|[^\\p{Cc}]+|[^]`, 'gu')

/** What a terminal makes of what was written: text, line ends, erasing of a line. Throws for any other control. */
export function show (written: string, columns: number): Shown {
  const lines: string[] = ['']
  const erased: string[] = []
  let wraps = 0
  // Colours do not move anything.
  for (const [token] of written.replace(colours, '').matchAll(tokens)) {
    if (token === '\r\n') lines.push('')
    else if (token === '\r\u001b[K') erased.push(lines.splice(-1, 1, '')[0]!)
    else if (/\p{Cc}/u.test(token)) throw new Error(`an unexpected control character: ${JSON.stringify(token)}`)
    else {
      lines[lines.length - 1] += token
      if (widthOf(lines.at(-1)!) > columns) wraps++
    }
  }
  return { lines, wraps, erased: erased.filter(text => text !== '') }
}
