import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** What a program came to. */
export interface RanNode {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs Node with these arguments and nothing else in its environment but PATH; a minute at most. */
export async function runNode (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RanNode> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000
  })
  const [[code], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
  return { code: code as number | null, stdout, stderr }
}
